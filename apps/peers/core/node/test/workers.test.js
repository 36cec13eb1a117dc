import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { request } from "node:http"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import { setTimeout as after } from "node:timers/promises"

const SERVICE = new URL("../service.js", import.meta.url).href
const METRICS = new URL("../metrics.js", import.meta.url).href
// Its answer is the worker's pid, or the metrics of all of them.
const PROGRAM = `
  import { createServer } from "node:http"
  import { exposition } from "${METRICS}"
  import { serve } from "${SERVICE}"
  await serve(new URL("variant.toml", import.meta.url), async () => ({
    server: createServer(async (req, res) => res.end(req.url === "/metrics" ? await exposition() : String(process.pid))),
    close: async () => {},
  }))
`
const VARIANT = '[switches]\nsearch = "trigram"\npool_size = "4"\nworkers = "2"\n[values]\n'

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve) => {
    const server = createServer()
    server.listen(0, "127.0.0.1", () => {
      const { port } = /** @type {import("node:net").AddressInfo} */ (server.address())
      server.close(() => resolve(port))
    })
  })
}

/**
 * @param {number} port
 * @param {string} path
 * @returns {Promise<string | null>} null: nobody answers
 */
function asked(port, path) {
  return new Promise((resolve) => {
    const sent = request({ port, host: "127.0.0.1", path, agent: false }, async (answer) => {
      try {
        resolve((await answer.toArray()).join(""))
      } catch {
        resolve(null)
      }
    })
    sent.on("error", () => resolve(null))
    sent.end()
  })
}

test("a worker that dies while it waits for metrics takes nobody with it", async () => {
  const folder = mkdtempSync(join(tmpdir(), "workers-"))
  writeFileSync(join(folder, "serve.mjs"), PROGRAM)
  writeFileSync(join(folder, "variant.toml"), VARIANT)
  const port = await freePort()
  const env = { ...process.env, BIND: `127.0.0.1:${port}`, DATABASE_URL: "postgres://nobody@127.0.0.1:1/none", SECRET_KEY: "k" }
  const primary = spawn(process.execPath, [join(folder, "serve.mjs")], { env, stdio: "ignore" })
  try {
    /** @type {Set<number>} */
    const workers = new Set()
    for (let tries = 0; workers.size < 2 && tries < 600; tries++) {
      const pid = await asked(port, "/")
      if (pid !== null) workers.add(Number(pid))
      else await after(50)
    }
    const [busy, dying] = [...workers]
    assert.ok(busy && dying)
    // The primary waits for this one until it gives up, and then answers one that is there no more.
    process.kill(busy, "SIGSTOP")
    const scrapes = [asked(port, "/metrics"), asked(port, "/metrics")]
    await after(500)
    process.kill(dying, "SIGKILL")
    await after(5500)
    process.kill(busy, "SIGCONT")
    await Promise.all(scrapes)
    assert.equal(primary.exitCode, null)
    assert.notEqual(await asked(port, "/"), null)
  } finally {
    const ended = new Promise((resolve) => primary.once("exit", resolve))
    if (primary.exitCode === null && primary.kill("SIGTERM")) await ended
    rmSync(folder, { recursive: true })
  }
})
