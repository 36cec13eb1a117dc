// Tokens: given for a password, and asked for where an address is protected.
import { at, bodyOf } from "./gate.js"
import * as schemas from "./schemas.js"

/**
 * Put the routes into the application.
 * @param {import("fastify").FastifyInstance} app
 * @param {import("./app.js").Parts} parts
 * @param {boolean} checked whether by schemas
 */
export function tokens(app, parts, checked) {
  /** @param {schemas.Schemas} schema */
  const by = (schema) => (checked ? { schema } : {})

  at(app, parts, "/api/auth/token/", [
    {
      method: "POST",
      ...by({ body: schemas.body("credentials"), response: { 200: schemas.tokens } }),
      handler: async (request) => parts.logIn(bodyOf("credentials", request)),
    },
  ])

  at(app, parts, "/api/auth/me/", [
    {
      method: "GET",
      ...by({ response: { 200: schemas.me } }),
      handler: async (request) => ({ username: await parts.tokens.username(request.headers.authorization) }),
    },
  ])
}
