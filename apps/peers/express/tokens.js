// Tokens: given for a password, and asked for where an address is protected.
import { valuesOf } from "../core/node/bodies.js"
import { admitted, answer, json, noQuery } from "./requests.js"

/**
 * Put the routes into the application.
 * @param {import("express").Express} app
 * @param {import("./app.js").Parts} parts
 */
export function tokens(app, parts) {
  app
    .route("/api/auth/token/")
    .all(admitted(parts, "/api/auth/token/", ["POST"]))
    .post(...json, async (req, res) => {
      answer(res, await parts.logIn(valuesOf("credentials", req.body)))
    })

  app
    .route("/api/auth/me/")
    .all(admitted(parts, "/api/auth/me/", ["GET"]))
    .get(noQuery, async (req, res) => {
      answer(res, { username: await parts.tokens.username(req.get("authorization")) })
    })
}
