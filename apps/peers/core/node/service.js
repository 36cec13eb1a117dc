// Starts a peer: in this process, or in workers that share its port; and ends it so that nothing begun is lost.
import cluster from "node:cluster"
import { addUpInPrimary, tellPrimary } from "./metrics.js"
import { settingsOf } from "./settings.js"
import { SettingsError } from "./switches.js"

/**
 * @typedef {import("./settings.js").Settings} Settings
 * @typedef {import("node:http").Server} Server
 * @typedef {{ server: Server, close: () => Promise<unknown> }} Running what listens, and what ends with it
 */

// Longer than a balancer in front keeps a connection, so that it never sends into one that is being closed.
const KEPT_MS = 75_000
const LOOK_MS = 50

/**
 * Serve until SIGTERM.
 * @param {URL} variant the peer's variant.toml
 * @param {(settings: Settings) => Promise<Running>} start makes a server that does not listen yet
 */
export async function serve(variant, start) {
  const settings = checked(variant)
  if (settings.workers > 1 && cluster.isPrimary) return workers(settings)
  if (cluster.isWorker) tellPrimary()
  const { server, close } = await start(settings)
  server.keepAliveTimeout = KEPT_MS
  server.listen(settings.port, settings.host)
  onStop(() => {
    // Also those whose answer is still being made are closed after it, rather than kept.
    const looking = setInterval(() => server.closeIdleConnections(), LOOK_MS)
    const late = setTimeout(() => process.exit(0), settings.drainMs)
    server.close(() => {
      clearInterval(looking)
      clearTimeout(late)
      close().finally(() => process.exit(0))
    })
  })
}

/** @param {URL} variant */
function checked(variant) {
  try {
    return settingsOf(variant, process.env)
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exit(1)
  }
}

/** @param {Settings} settings */
function workers(settings) {
  addUpInPrimary()
  let stopping = false
  const served = new Set()
  for (let made = 0; made < settings.workers; made++) cluster.fork()
  // A worker that dies while the primary writes to it, as it does for metrics, is told by its exit; without a listener
  // Node would end the primary, and with it all workers. One that could not be started is an error all the same.
  cluster.on("fork", (worker) => {
    worker.on("error", (error) => {
      if (worker.process.pid === undefined) throw error
    })
  })
  cluster.on("listening", (worker) => served.add(worker.id))
  cluster.on("exit", (worker) => {
    // One that never came to serve would not the next time.
    if (!stopping && !served.has(worker.id)) process.exit(1)
    if (!stopping) cluster.fork()
    else if (Object.keys(cluster.workers ?? {}).length === 0) process.exit(0)
  })
  onStop(() => {
    stopping = true
    for (const worker of Object.values(cluster.workers ?? {})) worker?.process.kill("SIGTERM")
  })
}

/** @param {() => void} stop */
function onStop(stop) {
  let asked = false
  for (const signal of /** @type {const} */ (["SIGTERM", "SIGINT"])) {
    process.on(signal, () => {
      if (!asked) stop()
      asked = true
    })
  }
}
