// Checks a certificate's .tlog-proof with golang.org/x/mod alone; docs/certificates.md has the commands.
package main

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func must(err error) {
	if err != nil {
		fmt.Println("REFUSED:", err)
		os.Exit(1)
	}
}

func decoded(text string) (hash tlog.Hash) {
	bytes, err := base64.StdEncoding.DecodeString(text)
	must(err)
	copy(hash[:], bytes)
	return
}

func main() { // check FILE VKEY
	file, err := os.ReadFile(os.Args[1])
	must(err)
	verifier, err := note.NewVerifier(os.Args[2])
	must(err)
	proof, head, _ := strings.Cut(string(file), "\n\n")
	opened, err := note.Open([]byte(head), note.VerifierList(verifier))
	must(err)
	signed := strings.Split(opened.Text, "\n") // origin, size, root
	size, err := strconv.ParseInt(signed[1], 10, 64)
	must(err)
	lines := strings.Split(proof, "\n") // version, extra, index, path
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[2], "index "), 10, 64)
	must(err)
	var path tlog.RecordProof
	for _, line := range lines[3:] {
		path = append(path, decoded(line))
	}
	extra, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(lines[1], "extra "))
	must(err)
	var row struct {
		PreviousHash             string `json:"previous_hash"`
		Seq                      int64
		At, Kind, Subject, Facts string
		ActorID                  string `json:"actor_id"`
	}
	must(json.Unmarshal(extra, &row))
	at := row.At[:23] + "Z" // to the millisecond
	leaf := sha256.New()
	for _, part := range []string{row.PreviousHash, fmt.Sprint(row.Seq), at, row.ActorID, row.Kind, row.Subject, row.Facts} {
		fmt.Fprintf(leaf, "%d:%s", len(part), part)
	}
	must(tlog.CheckRecord(path, size, decoded(signed[2]), index, tlog.RecordHash(leaf.Sum(nil))))
	fmt.Println("proven:", row.Kind, row.Subject, "is entry", index, "of", size, "signed by", verifier.Name())
}
