// The application: how Fastify reads requests, the routes, and what answers where none does.
import { fastify } from "fastify"
import { LARGEST_BODY } from "../core/node/contract.js"
import { notFound } from "../core/node/refusals.js"
import { basics } from "./basics.js"
import { beside } from "./beside.js"
import { contacts } from "./contacts.js"
import { badUrl, failed, unreadable } from "./errors.js"
import { jsonBodies, mediaType, measured } from "./gate.js"
import { tokens } from "./tokens.js"

/** @typedef {import("../core/node/parts.js").Parts} Parts */

// Longer than any target that Node takes: what is too long for an id is no id, and not another kind of error.
const LONGEST_PARAMETER = 16_384

/**
 * Fastify with all routes.
 * @param {Parts} parts
 * @param {boolean} schemas whether bodies are held to schemas, and answers are written by schemas
 */
export function makeApp(parts, schemas) {
  const app = fastify({
    bodyLimit: LARGEST_BODY,
    clientErrorHandler: unreadable,
    frameworkErrors: badUrl,
    // What has begun is answered while the service stops, also on kept connections.
    return503OnClosing: false,
    routerOptions: {
      maxParamLength: LONGEST_PARAMETER,
      // The contract reads queries more strictly than Fastify can.
      querystringParser: () => ({}),
    },
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false, useDefaults: false } },
  })
  app.decorateRequest("origin", "")
  app.addHook("onResponse", measured)
  app.addHook("preSerialization", mediaType)
  app.setErrorHandler(failed(parts.log))
  app.setNotFoundHandler(() => {
    throw notFound()
  })
  jsonBodies(app)
  contacts(app, parts, schemas)
  tokens(app, parts, schemas)
  basics(app, parts, schemas)
  beside(app, parts)
  return app
}
