// Whatever goes wrong, as the contract's JSON.
import { STATUS_CODES } from "node:http"
import { notFound, Refusal, refused } from "../core/node/refusals.js"

/**
 * @typedef {import("fastify").FastifyRequest} Request
 * @typedef {import("fastify").FastifyReply} Reply
 */

/**
 * What answers errors, and logs those that are nobody's refusal.
 * @param {import("../core/node/parts.js").Parts["log"]} log
 */
export function failed(log) {
  return (/** @type {unknown} */ error, /** @type {Request} */ request, /** @type {Reply} */ reply) => {
    const refusal = refusalOf(error)
    if (refusal.status === 500) {
      const requestId = String(request.headers["x-request-id"] ?? "")
      log.error(`Internal Server Error: ${request.url}`, { error, requestId })
    }
    reply.code(refusal.status).headers(refusal.headers).send(refusal.body)
  }
}

/**
 * What answers an address that is no percent-encoded UTF-8, for which Fastify has no route and no hooks.
 * @param {unknown} _error
 * @param {Request} _request
 * @param {Reply} reply
 */
export function badUrl(_error, _request, reply) {
  const { status, body } = notFound()
  reply.code(status).header("content-type", "application/json").send(Buffer.from(JSON.stringify(body)))
}

/**
 * What answers bytes that are no HTTP. As Node does and Fastify does not, it says that the connection is closed with it,
 * so that a client sends nothing more into it.
 * @param {Error & { code?: string }} error
 * @param {import("node:net").Socket} socket
 */
export function unreadable(error, socket) {
  if (error.code !== "ECONNRESET" && socket.writable) {
    const status = error.code === "HPE_HEADER_OVERFLOW" ? 431 : error.code === "ERR_HTTP_REQUEST_TIMEOUT" ? 408 : 400
    socket.write(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\n\r\n`)
  }
  socket.destroy(error)
}

/** @param {unknown} error */
function refusalOf(error) {
  if (error instanceof Refusal) return error
  // Fastify's own, of a body: it is too large, or ended early.
  const status = /** @type {{ statusCode?: number }} */ (error)?.statusCode
  if (status !== undefined && status >= 400 && status < 500) return refused(status, "bad_request")
  return refused(500, "failed")
}
