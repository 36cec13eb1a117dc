// Contacts: read, written, counted, and points moved between them.
import { changed } from "../core/node/changes.js"
import { at, bodyOf, queryOf } from "./gate.js"
import * as schemas from "./schemas.js"

/** @typedef {import("fastify").FastifyRequest} Request */

const LIST = "/api/contacts/"

/**
 * Put the routes into the application.
 * @param {import("fastify").FastifyInstance} app
 * @param {import("./app.js").Parts} parts
 * @param {boolean} checked whether by schemas
 */
export function contacts(app, parts, checked) {
  const { reader, writer } = parts
  /** @param {schemas.Schemas} schema */
  const by = (schema) => (checked ? { schema } : {})

  at(app, parts, LIST, [
    {
      method: "GET",
      ownQuery: true,
      ...by({ response: { 200: schemas.page } }),
      handler: (request) => reader.page(`${request.getDecorator("origin")}${LIST}`, queryOf(request)),
    },
    {
      method: "POST",
      ...by({ body: schemas.body("contact"), response: { 201: schemas.contact } }),
      handler: async (request, reply) => {
        reply.code(201)
        return writer.create(bodyOf("contact", request))
      },
    },
  ])

  at(app, parts, "/api/contacts/{id}/", [
    {
      method: "GET",
      ...by({ response: { 200: schemas.contact } }),
      handler: (request) => reader.one(idOf(request)),
    },
    {
      method: "PATCH",
      ...by({ body: schemas.body("contact", { partial: true }), response: { 200: schemas.contact } }),
      handler: (request) => changed(reader, writer, idOf(request), request.body),
    },
    {
      method: "DELETE",
      handler: async (request, reply) => {
        await writer.remove(idOf(request))
        reply.code(204)
      },
    },
  ])

  at(app, parts, "/api/contacts/stats/", [
    { method: "GET", ...by({ response: { 200: schemas.stats } }), handler: () => reader.stats() },
  ])

  at(app, parts, "/api/contacts/transfer/", [
    {
      method: "POST",
      ...by({ body: schemas.body("transfer"), response: { 200: schemas.transfer } }),
      handler: async (request) => writer.transfer(bodyOf("transfer", request)),
    },
  ])
}

/** @param {Request} request */
function idOf(request) {
  return /** @type {{ id: string }} */ (request.params).id
}
