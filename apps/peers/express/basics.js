// What a request costs without a database.
import { items, primeCount } from "../core/node/basics.js"
import { valuesOf } from "../core/node/bodies.js"
import { basicsCount } from "../core/node/parameters.js"
import { admitted, answer, json, queryOf } from "./requests.js"

/**
 * Put the routes into the application.
 * @param {import("express").Express} app
 * @param {import("./app.js").Parts} parts
 */
export function basics(app, parts) {
  app
    .route("/api/basics/json/")
    .all(admitted(parts, "/api/basics/json/", ["GET"]))
    .get((req, res) => answer(res, { items: items(basicsCount(queryOf(req), "items")) }))

  app
    .route("/api/basics/echo/")
    .all(admitted(parts, "/api/basics/echo/", ["POST"]))
    .post(...json, (req, res) => answer(res, valuesOf("echo", req.body)))

  app
    .route("/api/basics/cpu/")
    .all(admitted(parts, "/api/basics/cpu/", ["GET"]))
    .get((req, res) => {
      const n = basicsCount(queryOf(req), "n")
      answer(res, { n, primes: primeCount(n) })
    })
}
