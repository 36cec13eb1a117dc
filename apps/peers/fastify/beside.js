// What stands beside the contract: probes and metrics.
import { CONTENT_TYPE, exposition } from "../core/node/metrics.js"
import { at } from "./gate.js"

/**
 * Put the routes into the application.
 * @param {import("fastify").FastifyInstance} app
 * @param {import("./app.js").Parts} parts
 */
export function beside(app, parts) {
  at(app, parts, "/healthz", [
    {
      method: "GET",
      handler: (_request, reply) => {
        reply.send({ status: "ok" })
      },
    },
  ])

  at(app, parts, "/readyz", [
    {
      method: "GET",
      handler: async (_request, reply) => {
        const { status, body } = await parts.readiness()
        reply.code(status)
        return body
      },
    },
  ])

  at(app, parts, "/metrics", [
    {
      method: "GET",
      handler: async (_request, reply) => {
        reply.header("content-type", CONTENT_TYPE)
        return exposition()
      },
    },
  ])
}
