// What a request costs without a database.
import { items, primeCount } from "../core/node/basics.js"
import { basicsCount } from "../core/node/parameters.js"
import { at, bodyOf, queryOf } from "./gate.js"
import * as schemas from "./schemas.js"

/**
 * Put the routes into the application.
 * @param {import("fastify").FastifyInstance} app
 * @param {import("./app.js").Parts} parts
 * @param {boolean} checked whether by schemas
 */
export function basics(app, parts, checked) {
  /** @param {schemas.Schemas} schema */
  const by = (schema) => (checked ? { schema } : {})

  at(app, parts, "/api/basics/json/", [
    {
      method: "GET",
      ownQuery: true,
      ...by({ response: { 200: schemas.items } }),
      handler: (request, reply) => {
        reply.send({ items: items(basicsCount(queryOf(request), "items")) })
      },
    },
  ])

  at(app, parts, "/api/basics/echo/", [
    {
      method: "POST",
      ...by({ body: schemas.body("echo"), response: { 200: schemas.echo } }),
      handler: (request, reply) => {
        reply.send(bodyOf("echo", request))
      },
    },
  ])

  at(app, parts, "/api/basics/cpu/", [
    {
      method: "GET",
      ownQuery: true,
      ...by({ response: { 200: schemas.primes } }),
      handler: (request, reply) => {
        const n = basicsCount(queryOf(request), "n")
        reply.send({ n, primes: primeCount(n) })
      },
    },
  ])
}
