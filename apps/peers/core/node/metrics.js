// Counts and times requests by method, route and status, under the names that every variant has.
import cluster from "node:cluster"
import client from "prom-client"

const LABELS = /** @type {const} */ (["method", "route", "status"])
// Few, because every request walks them and every scrape carries them once for each set of labels.
const SECONDS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10]
const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"])
const REQUESTS = new client.Counter({ name: "http_requests_total", help: "Requests answered.", labelNames: LABELS })
const DURATION = new client.Histogram({
  name: "http_request_duration_seconds",
  help: "Time from the first middleware to the response, in seconds.",
  labelNames: LABELS,
  buckets: SECONDS,
})

/** What the exposition is sent as. */
export const CONTENT_TYPE = client.register.contentType
export const UNMATCHED = "unmatched"

// Binding labels costs more than counting. There are few, because routes are patterns and not paths.
/** @type {Map<string, { count: client.Counter.Internal, duration: client.Histogram.Internal<any> }>} */
const bound = new Map()

/**
 * Count a request to a route, and the milliseconds that it took.
 * @param {string | undefined} method
 * @param {string} route
 * @param {number} status
 * @param {number} ms
 */
export function record(method, route, status, ms) {
  // A method that HTTP does not know is not taken for a label.
  const known = method !== undefined && METHODS.has(method) ? method : "other"
  const key = `${known} ${route} ${status}`
  let pair = bound.get(key)
  if (!pair) {
    const labels = { method: known, route, status: String(status) }
    pair = { count: REQUESTS.labels(labels), duration: DURATION.labels(labels) }
    bound.set(key, pair)
  }
  pair.count.inc()
  pair.duration.observe(ms / 1000)
}

/** The metrics of all processes of this service, as Prometheus text. @returns {Promise<string>} */
export async function exposition() {
  return cluster.isWorker ? ofAllWorkers() : client.register.metrics()
}

const ASK = "scalebed:metrics"

/** Let the primary add up its workers' metrics whenever one of them asks. To be called once there. */
export function addUpInPrimary() {
  const registry = new client.AggregatorRegistry()
  cluster.on("message", (worker, message) => {
    if (message?.type !== ASK) return
    registry.clusterMetrics().then(
      (text) => worker.send({ type: ASK, text }),
      (error) => worker.send({ type: ASK, failure: String(error) }),
    )
  })
}

/** Let a worker tell its metrics to the primary. To be called once there. */
export function tellPrimary() {
  // Its constructor listens for what the primary asks.
  return new client.AggregatorRegistry()
}

/** @returns {Promise<string>} */
function ofAllWorkers() {
  return new Promise((resolve, reject) => {
    /** @param {{ type?: string, text?: string, failure?: string }} message */
    function heard(message) {
      if (message?.type !== ASK) return
      process.off("message", heard)
      if (message.failure === undefined) resolve(message.text ?? "")
      else reject(new Error(message.failure))
    }
    process.on("message", heard)
    process.send?.({ type: ASK })
  })
}
