// Middleware that refuses requests in the contract's order, and what it finds in those that it lets through.
import express from "express"
import { split } from "../core/node/addresses.js"
import { LARGEST_BODY } from "../core/node/contract.js"
import { onlyJson, parsed } from "../core/node/json.js"
import { none } from "../core/node/query.js"
import { notAllowed } from "../core/node/refusals.js"

/**
 * @typedef {import("express").Request} Request
 * @typedef {import("express").Response} Response
 * @typedef {import("express").RequestHandler} Handler
 */

/**
 * Admits the methods that an address answers, from clients that name a host of ours.
 * @param {import("../core/node/parts.js").Parts} parts
 * @param {string} address as the contract writes it, for the metrics
 * @param {string[]} methods
 * @returns {Handler}
 */
export function admitted({ hosts }, address, methods) {
  const allowed = methods.includes("GET") ? ["HEAD", ...methods] : methods
  return (req, res, next) => {
    res.locals.address = address
    if (!allowed.includes(req.method)) throw notAllowed(req.method, allowed)
    res.locals.origin = hosts.origin(req.headers.host)
    next()
  }
}

/** The query of a request, as it was sent. @param {Request} req */
export function queryOf(req) {
  return split(req.url)[1]
}

/** Refuses every parameter. @type {Handler} */
export const noQuery = (req, _res, next) => {
  none(queryOf(req))
  next()
}

/** Refuses what is not sent as JSON. @type {Handler} */
const ofJson = (req, _res, next) => {
  onlyJson(req.headers["content-type"])
  // Express would inflate, and refuse what it cannot; the contract takes a body as it is.
  delete req.headers["content-encoding"]
  next()
}

/** Puts the body's value in place of its bytes. @type {Handler} */
const read = (req, _res, next) => {
  req.body = parsed(req.body)
  next()
}

/**
 * Reads a body of JSON. Not `express.json`: that decodes by the charset that a client names, puts wrong UTF-8 right, and
 * makes no difference between 5 and 5.0.
 * @type {Handler[]}
 */
export const json = [noQuery, ofJson, express.raw({ type: () => true, limit: LARGEST_BODY }), read]

/**
 * Answer with JSON. Not `res.json`, which adds a charset to a media type that has none.
 * @param {Response} res
 * @param {unknown} value
 * @param {number} [status]
 */
export function answer(res, value, status = 200) {
  res.status(status).setHeader("Content-Type", "application/json")
  res.end(JSON.stringify(value))
}
