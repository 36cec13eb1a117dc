// What stands beside the contract: probes and metrics.
import { CONTENT_TYPE, exposition } from "../core/node/metrics.js"
import { admitted, answer } from "./requests.js"

/**
 * Put the routes into the application.
 * @param {import("express").Express} app
 * @param {import("./app.js").Parts} parts
 */
export function beside(app, parts) {
  app
    .route("/healthz")
    .all(admitted(parts, "/healthz", ["GET"]))
    .get((_req, res) => answer(res, { status: "ok" }))

  app
    .route("/readyz")
    .all(admitted(parts, "/readyz", ["GET"]))
    .get(async (_req, res) => {
      const { status, body } = await parts.readiness()
      answer(res, body, status)
    })

  app
    .route("/metrics")
    .all(admitted(parts, "/metrics", ["GET"]))
    .get(async (_req, res) => {
      res.set("Content-Type", CONTENT_TYPE).end(await exposition())
    })
}
