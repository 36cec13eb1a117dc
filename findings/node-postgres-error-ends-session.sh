#!/usr/bin/env bash
# pg 8.23.1 (node-postgres): `pool.query` ends its session after every statement that the server refuses, also where that
# leaves the session as good as new: a unique value that is taken (23505), a bad cast, a statement timeout (57014). The
# next statement connects anew. Documented is only that the pool runs the statement on an idle client. The same statement
# by `pool.connect`, `client.query` and `client.release()` keeps the session. So a service whose clients send taken names
# pays a connection, with its log-in, for each of them, and with a server far away or TLS that is most of what it does.
#
# Seen, with one session allowed, after ten statements that were refused:
#   pool.query: 10 refused with 23505, 10 sessions
#   connect, query, release: 10 refused with 23505, 1 session
# Exits with 1 if any of these lines differs. Needs node and npm.
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
cat >package.json <<'JSON'
{ "private": true }
JSON
npm install --silent --ignore-scripts --no-audit --no-fund --save-exact pg@8.23.1
cat >sessions.cjs <<'JAVASCRIPT'
const net = require("node:net")
const { Pool } = require("pg")

function message(kind, body) {
  const length = Buffer.alloc(4)
  length.writeInt32BE(body.length + 4)
  return Buffer.concat([Buffer.from(kind), length, body])
}

const fields = ["SERROR", "VERROR", "C23505", "Mduplicate key value violates unique constraint", ""]
const REFUSED = message("E", Buffer.from(fields.join("\0") + "\0"))
const READY = message("Z", Buffer.from("I"))
const WELCOME = message("R", Buffer.alloc(4))
let sessions = 0

// A server that lets everybody in, and refuses every statement.
const server = net.createServer((socket) => {
  let welcomed = false
  let unread = Buffer.alloc(0)
  socket.on("error", () => {})
  socket.on("data", (data) => {
    unread = Buffer.concat([unread, data])
    for (;;) {
      const start = welcomed ? 1 : 0
      if (unread.length < start + 4) return
      const end = start + unread.readInt32BE(start)
      if (unread.length < end) return
      const kind = welcomed ? String.fromCharCode(unread[0]) : "startup"
      unread = unread.subarray(end)
      if (kind === "startup") {
        welcomed = true
        sessions += 1
        socket.write(Buffer.concat([WELCOME, READY]))
      } else if (kind === "Q") {
        socket.write(Buffer.concat([REFUSED, READY]))
      }
    }
  })
})

async function told(name, run) {
  sessions = 0
  const pool = new Pool({ host: "127.0.0.1", port: server.address().port, user: "u", database: "d", ssl: false, max: 1 })
  let refused = 0
  for (let n = 0; n < 10; n++) {
    try {
      await run(pool)
    } catch (error) {
      if (error.code !== "23505") throw error
      refused += 1
    }
  }
  await pool.end()
  console.log(`${name}: ${refused} refused with 23505, ${sessions} session${sessions === 1 ? "" : "s"}`)
}

server.listen(0, "127.0.0.1", async () => {
  await told("pool.query", (pool) => pool.query("INSERT"))
  await told("connect, query, release", async (pool) => {
    const client = await pool.connect()
    try {
      await client.query("INSERT")
    } finally {
      client.release()
    }
  })
  server.close()
})
JAVASCRIPT
said="$(node sessions.cjs)"
echo "$said"
grep -qxF "pool.query: 10 refused with 23505, 10 sessions" <<<"$said"
grep -qxF "connect, query, release: 10 refused with 23505, 1 session" <<<"$said"
