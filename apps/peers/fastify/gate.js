// What requests pass before their handlers, in the contract's order of refusals.
import { split } from "../core/node/addresses.js"
import { valuesOf } from "../core/node/bodies.js"
import { onlyJson, parsed } from "../core/node/json.js"
import { record, UNMATCHED } from "../core/node/metrics.js"
import { none } from "../core/node/query.js"
import { notAllowed } from "../core/node/refusals.js"

/**
 * @typedef {import("fastify").FastifyInstance} App
 * @typedef {import("fastify").FastifyRequest} Request
 * @typedef {import("fastify").RouteOptions} Route
 * @typedef {import("fastify").onRequestHookHandler} Hook
 * @typedef {Pick<Route, "handler" | "schema"> & { method: "GET" | "POST" | "PATCH" | "DELETE", ownQuery?: boolean }} Answered
 *   `ownQuery`: the handler reads the query; any other route knows no parameter
 */

// What nginx notes for a client that left before the answer.
const CLIENT_LEFT = 499
const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"]
const WITH_BODY = new Set(["POST", "PATCH"])

/**
 * Put an address into the application: the methods that it answers, and a 405 for all others.
 * @param {App} app
 * @param {import("./app.js").Parts} parts
 * @param {string} address as the contract writes it
 * @param {Answered[]} answered
 */
export function at(app, { hosts }, address, answered) {
  const url = address.replace("{id}", ":id(^[0-9]+$)")
  const config = { address }
  /** @type {Hook} */
  const ours = (request, _reply, done) => {
    request.setDecorator("origin", hosts.origin(request.headers.host))
    done()
  }
  for (const { ownQuery = false, ...route } of answered) {
    const onRequest = [ours, ...(ownQuery ? [] : [noQuery]), ...(WITH_BODY.has(route.method) ? [ofJson] : [])]
    app.route({ ...route, url, config, onRequest, attachValidation: true })
  }
  const allowed = answered.flatMap(({ method }) => (method === "GET" ? ["GET", "HEAD"] : [method]))
  app.route({
    method: METHODS.filter((method) => !allowed.includes(method)),
    url,
    config,
    onRequest: (request) => {
      throw notAllowed(request.method, allowed)
    },
    handler: () => {},
  })
}

/** The query of a request, as it was sent. @param {Request} request */
export function queryOf(request) {
  return split(request.url)[1]
}

/**
 * The values of a request's body; throws a 400. What a schema refuses is told in the contract's words: its rules refuse
 * all that, and what JSON Schema cannot say.
 * @param {Parameters<typeof valuesOf>[0]} name
 * @param {Request} request
 */
export function bodyOf(name, request) {
  const values = valuesOf(name, request.body)
  if (request.validationError) throw request.validationError
  return values
}

/** @type {Hook} */
const noQuery = (request, _reply, done) => {
  none(queryOf(request))
  done()
}

/** @type {Hook} */
const ofJson = (request, _reply, done) => {
  onlyJson(request.headers["content-type"])
  // Fastify refuses parameters of media types that the contract takes.
  request.headers["content-type"] = "application/json"
  done()
}

/**
 * Read bodies as strictly as the contract has it. Fastify's own reader puts wrong UTF-8 right, and makes no difference
 * between 5 and 5.0.
 * @param {App} app
 */
export function jsonBodies(app) {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser("application/json", { parseAs: "buffer" }, (request, body, done) => {
    done(null, WITH_BODY.has(request.method) ? parsed(/** @type {Buffer} */ (body)) : undefined)
  })
  // Of methods that take no body.
  app.addContentTypeParser("*", (_request, payload, done) => {
    payload.resume()
    done(null)
  })
}

/**
 * Counts and times a request.
 * @type {import("fastify").onResponseHookHandler}
 */
export const measured = (request, reply, done) => {
  const { address = UNMATCHED } = /** @type {{ address?: string }} */ (request.routeOptions.config)
  const status = reply.raw.writableFinished ? reply.statusCode : CLIENT_LEFT
  record(request.method, address, status, reply.elapsedTime)
  done()
}

/**
 * Names JSON's media type without the charset that Fastify adds, and that JSON does not have.
 * @type {import("fastify").preSerializationHookHandler}
 */
export const mediaType = (_request, reply, payload, done) => {
  reply.header("content-type", "application/json")
  done(null, payload)
}
