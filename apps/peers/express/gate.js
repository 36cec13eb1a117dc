// What every request passes before its route.
import { plain, split } from "../core/node/addresses.js"
import { record, UNMATCHED } from "../core/node/metrics.js"

/** @typedef {import("express").RequestHandler} Handler */

// What nginx notes for a client that left before the answer.
const CLIENT_LEFT = 499

/** Counts and times requests, by the address that `admitted` found. @type {Handler} */
export const measured = (req, res, next) => {
  const started = performance.now()
  res.once("close", () => {
    const status = res.writableFinished ? res.statusCode : CLIENT_LEFT
    record(req.method, res.locals.address ?? UNMATCHED, status, performance.now() - started)
  })
  next()
}

/**
 * Writes the address as routes have it, and leaves out what Express would answer otherwise than the contract.
 * @type {Handler}
 */
export const normal = (req, _res, next) => {
  const [path, query] = split(req.url)
  if (path.includes("%")) req.url = query === "" ? plain(path) : `${plain(path)}?${query}`
  // Nothing here has a validator, and yet `If-None-Match: *` would make a 304 of any answer.
  delete req.headers["if-none-match"]
  next()
}
