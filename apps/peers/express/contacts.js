// Contacts: read, written, counted, and points moved between them.
import { valuesOf } from "../core/node/bodies.js"
import { changed } from "../core/node/changes.js"
import { admitted, answer, json, noQuery, queryOf } from "./requests.js"

/**
 * @typedef {import("./app.js").Parts} Parts
 * @typedef {import("./app.js").Style} Style
 * @typedef {import("express").RequestHandler} Handler
 * @typedef {import("express").Response} Response
 */

const LIST = "/api/contacts/"
// Express's own patterns cannot say that an id is of digits.
const ONE = /^\/api\/contacts\/(?<id>[0-9]+)\/$/

/**
 * Put the routes into the application.
 * @param {import("express").Express} app
 * @param {Parts} parts
 * @param {Style} style
 */
export function contacts(app, parts, style) {
  const { reader, writer } = parts
  const { list, one } = style.callbacks ? byCallbacks(parts) : byPromises(parts)

  app
    .route(LIST)
    .all(admitted(parts, LIST, ["GET", "POST"]))
    .get(list)
    .post(...json, async (req, res) => {
      answer(res, await writer.create(valuesOf("contact", req.body)), 201)
    })

  app
    .route(ONE)
    .all(admitted(parts, "/api/contacts/{id}/", ["GET", "PATCH", "DELETE"]))
    .get(noQuery, one)
    .patch(...json, async (req, res) => {
      answer(res, await changed(reader, writer, idOf(req), req.body))
    })
    .delete(noQuery, async (req, res) => {
      await writer.remove(idOf(req))
      res.status(204).end()
    })

  app
    .route("/api/contacts/stats/")
    .all(admitted(parts, "/api/contacts/stats/", ["GET"]))
    .get(noQuery, async (_req, res) => answer(res, await reader.stats()))

  app
    .route("/api/contacts/transfer/")
    .all(admitted(parts, "/api/contacts/transfer/", ["POST"]))
    .post(...json, async (req, res) => {
      answer(res, await writer.transfer(valuesOf("transfer", req.body)))
    })
}

/**
 * The hot reads as Express 5 has handlers: it takes a promise, and hands on what it rejects with.
 * @param {Parts} parts
 * @returns {{ list: Handler, one: Handler }}
 */
function byPromises({ reader }) {
  return {
    list: async (req, res) => answer(res, await reader.page(baseOf(res), queryOf(req))),
    one: async (req, res) => answer(res, await reader.one(idOf(req))),
  }
}

/**
 * The hot reads as Express has had handlers from its beginning.
 * @param {Parts} parts
 * @returns {{ list: Handler, one: Handler }}
 */
function byCallbacks({ reader }) {
  return {
    list: (req, res, next) => reader.pageBack(baseOf(res), queryOf(req), back(res, next)),
    one: (req, res, next) => reader.oneBack(idOf(req), back(res, next)),
  }
}

/**
 * @param {Response} res
 * @param {import("express").NextFunction} next
 * @returns {(error: unknown, value?: unknown) => void}
 */
function back(res, next) {
  return (error, value) => (error ? next(error) : answer(res, value))
}

/** @param {import("express").Request} req */
function idOf(req) {
  return String(req.params.id)
}

/** @param {Response} res */
function baseOf(res) {
  return `${res.locals.origin}${LIST}`
}
