// The application: what every request passes, the routes, and what answers where none does.
import express from "express"
import { notFound } from "../core/node/refusals.js"
import { basics } from "./basics.js"
import { beside } from "./beside.js"
import { contacts } from "./contacts.js"
import { failed } from "./errors.js"
import { measured, normal } from "./gate.js"
import { tokens } from "./tokens.js"

/**
 * @typedef {import("../core/node/parts.js").Parts} Parts
 * @typedef {{ callbacks: boolean }} Style whether the hot reads go by callbacks, from the driver to the response
 */

/**
 * Express with all routes.
 * @param {Parts} parts
 * @param {Style} style
 */
export function makeApp(parts, style) {
  const app = express()
  app.enable("case sensitive routing")
  app.enable("strict routing")
  app.disable("x-powered-by")
  app.disable("etag")
  // The contract reads queries more strictly than Express can.
  app.set("query parser", false)
  app.use(measured, normal)
  contacts(app, parts, style)
  tokens(app, parts)
  basics(app, parts)
  beside(app, parts)
  app.use(() => {
    throw notFound()
  })
  app.use(failed(parts.log))
  return app
}
