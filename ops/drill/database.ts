import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { type Program, sh, startProgram, tryTo, until } from './machine.ts'

const network = '10.77.0'
/** Where etcd and HAProxy listen, and where the service reaches whichever node is the primary. */
export const gateway = `${network}.1`
const bridge = 'drill0'
export const nodes = ['pg1', 'pg2'] as const
export type Node = (typeof nodes)[number]
const addressOf = (node: Node) => `${network}.${11 + nodes.indexOf(node)}`

export const superuser = { name: 'postgres', password: 'drill-superuser' }
/** Where the service reaches whichever node is the standby. */
export const replicaUrl = `postgres://${superuser.name}:${superuser.password}@${gateway}:5001/postgres`
export const databaseUrl = `postgres://${superuser.name}:${superuser.password}@${gateway}:5000/postgres`

/** Each node is a network namespace on one bridge, so that the wire between two of them can be cut. */
export function layNetwork(): void {
  takeUpNetwork()
  sh('ip', 'link', 'add', bridge, 'type', 'bridge')
  sh('ip', 'addr', 'add', `${gateway}/24`, 'dev', bridge)
  sh('ip', 'link', 'set', bridge, 'up')
  for (const node of nodes) {
    sh('ip', 'netns', 'add', node)
    sh('ip', 'link', 'add', `v${node}`, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', node)
    sh('ip', 'link', 'set', `v${node}`, 'master', bridge, 'up')
    sh('ip', '-n', node, 'addr', 'add', `${addressOf(node)}/24`, 'dev', 'eth0')
    for (const link of ['lo', 'eth0']) sh('ip', '-n', node, 'link', 'set', link, 'up')
  }
}

export function takeUpNetwork(): void {
  for (const node of nodes) {
    pullThePlug(node)
    tryTo('ip', 'netns', 'del', node)
    tryTo('ip', 'link', 'del', `v${node}`)
  }
  tryTo('ip', 'link', 'del', bridge)
}

/** Kills everything on a node at once: Patroni leaves PostgreSQL running when it is killed alone. */
export function pullThePlug(node: Node): void {
  tryTo('sh', '-c', `ip netns pids ${node} | xargs -r kill -9`)
}

/** Drops what two nodes send each other; both still reach etcd and HAProxy. */
export function cutWire(): void {
  for (const node of nodes) sh('ip', '-n', node, 'route', 'add', 'blackhole', `${addressOf(other(node))}/32`)
}

export function joinWire(): void {
  for (const node of nodes)
    tryTo('ip', '-n', node, 'route', 'del', 'blackhole', `${addressOf(other(node))}/32`)
}

export const other = (node: Node): Node => (node === 'pg1' ? 'pg2' : 'pg1')

export const startEtcd = (folder: string): Program =>
  startProgram(
    'etcd',
    [
      'etcd',
      `--data-dir=${path.join(folder, 'etcd')}`,
      `--listen-client-urls=http://${gateway}:2379`,
      `--advertise-client-urls=http://${gateway}:2379`,
      `--listen-peer-urls=http://${gateway}:2380`,
      `--initial-advertise-peer-urls=http://${gateway}:2380`,
      `--initial-cluster=default=http://${gateway}:2380`,
    ],
    folder,
  )

/** Neither PostgreSQL nor PgBouncer runs as root. */
const asPostgres = ['setpriv', '--reuid=postgres', '--regid=postgres', '--init-groups'] as const

/** One node: Patroni with its PostgreSQL, as the user postgres. */
export function startNode(node: Node, folder: string): Program {
  const data = path.join(folder, node)
  mkdirSync(data, { recursive: true })
  const file = path.join(folder, `${node}.yml`)
  writeFileSync(file, JSON.stringify(patroniConfig(node, path.join(data, 'data')), null, 2))
  chmodSync(folder, 0o755)
  sh('chown', '-R', 'postgres', data, file)
  return startProgram(node, ['ip', 'netns', 'exec', node, ...asPostgres, 'patroni', file], folder)
}

/** YAML reads JSON. A write is acknowledged when the standby has it, as long as there is a standby. */
function patroniConfig(node: Node, data_dir: string) {
  const address = addressOf(node)
  return {
    scope: 'drill',
    name: node,
    restapi: { listen: `${address}:8008`, connect_address: `${address}:8008` },
    etcd3: { hosts: `${gateway}:2379` },
    bootstrap: {
      dcs: {
        ttl: 20,
        loop_wait: 5,
        retry_timeout: 5,
        synchronous_mode: true,
        postgresql: { use_pg_rewind: true, parameters: { wal_sender_timeout: '5s', max_connections: 100 } },
      },
      initdb: ['data-checksums', { encoding: 'UTF8' }, { locale: 'C.UTF-8' }],
    },
    postgresql: {
      listen: `${address}:5432`,
      connect_address: `${address}:5432`,
      data_dir,
      bin_dir: '/usr/lib/postgresql/15/bin',
      pgpass: path.join(path.dirname(data_dir), 'pgpass'),
      pg_hba: [
        'local all all trust',
        `host replication replicator ${network}.0/24 scram-sha-256`,
        `host all all ${network}.0/24 scram-sha-256`,
      ],
      authentication: {
        superuser: { username: superuser.name, password: superuser.password },
        replication: { username: 'replicator', password: 'drill-replicator' },
      },
      parameters: { unix_socket_directories: path.dirname(data_dir) },
    },
  }
}

type Member = Readonly<{ name: Node; role: string; state: string }>

async function members(): Promise<readonly Member[]> {
  for (const node of nodes) {
    const answer = await fetch(`http://${addressOf(node)}:8008/cluster`, {
      signal: AbortSignal.timeout(1000),
    }).catch(() => null)
    if (answer?.ok) return ((await answer.json()) as { members: Member[] }).members
  }
  return []
}

/** The node that takes writes now. */
export async function primary(): Promise<Node | null> {
  for (const node of nodes) {
    const answer = await fetch(`http://${addressOf(node)}:8008/primary`, {
      signal: AbortSignal.timeout(1000),
    }).catch(() => null)
    if (answer?.status === 200) return node
  }
  return null
}

/** Waits until there is a primary, and a standby that has each write before it is acknowledged. */
export const isWhole = (seconds = 180): Promise<number> =>
  until(
    async () =>
      (await members()).some(({ role, state }) => role === 'sync_standby' && /running|streaming/.test(state)),
    'a primary with a synchronous standby',
    seconds,
  )

/** A port for whichever nodes have a role. */
const listenOn = (port: number, role: 'primary' | 'replica') => `listen ${role}
  mode tcp
  bind ${gateway}:${port}
  option httpchk GET /${role}
  http-check expect status 200
  default-server inter 1s fall 2 rise 1 on-marked-down shutdown-sessions
${nodes.map((node) => `  server ${node} ${addressOf(node)}:5432 check port 8008`).join('\n')}`

/** HAProxy: one port for whichever node is the primary, and one for the web processes that are ready. */
export function startProxy(folder: string, webPort: number, appPorts: readonly number[]): Program {
  const file = path.join(folder, 'haproxy.cfg')
  writeFileSync(
    file,
    `global
  maxconn 2000
defaults
  timeout connect 2s
  timeout client 60s
  timeout server 60s
${listenOn(5000, 'primary')}
${listenOn(5001, 'replica')}
listen web
  mode http
  bind 127.0.0.1:${webPort}
  option httpchk GET /healthz
  option redispatch
  option forwardfor
  balance leastconn
  default-server inter 1s fall 2 rise 1
${appPorts.map((port) => `  server app${port} 127.0.0.1:${port} check`).join('\n')}
`,
  )
  return startProgram('haproxy', ['haproxy', '-db', '-f', file], folder)
}

/** The same database by way of PgBouncer, which gives each transaction another connection. */
export const pooledUrl = `postgres://${superuser.name}:${superuser.password}@127.0.0.1:6432/postgres?pgbouncer=true`

export function startPgBouncer(folder: string): Program {
  const file = path.join(folder, 'pgbouncer.ini')
  const users = path.join(folder, 'users.txt')
  writeFileSync(users, `"${superuser.name}" "${superuser.password}"\n`)
  writeFileSync(
    file,
    `[databases]
postgres = host=${gateway} port=5000
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = 6432
auth_type = scram-sha-256
auth_file = ${users}
pool_mode = transaction
default_pool_size = 20
max_client_conn = 200
server_login_retry = 1
unix_socket_dir =
`,
  )
  sh('chown', 'postgres', file, users)
  return startProgram('pgbouncer', [...asPostgres, 'pgbouncer', file], folder)
}
