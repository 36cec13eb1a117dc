// The query of a request, as name → last value. What Node and the frameworks bring puts right what is no UTF-8.
import { isUtf8 } from "node:buffer"
import { contract, sentence } from "./contract.js"
import { invalid, refused } from "./refusals.js"

/** @type {number} */
const MOST = contract.requests.most_parameters
// eslint-disable-next-line no-control-regex -- what is not ASCII
const NOT_ASCII = /[^\x00-\x7f]/
const ENCODED = /(?:%[0-9a-f]{2})+/gi
const UNKNOWN = [sentence("unknown_parameter")]
/** @type {ReadonlyMap<string, string>} */
const NOTHING = new Map()

/**
 * The parameters of a query; throws a refusal where it is no percent-encoded UTF-8 or has too many.
 * @param {string} query without its question mark
 * @returns {ReadonlyMap<string, string>}
 */
export function parameters(query) {
  if (query === "") return NOTHING
  if (NOT_ASCII.test(query)) throw refused(400, "not_ascii")
  const parts = query.split("&")
  if (parts.length > MOST) throw refused(400, "too_many_parameters", { most: MOST })
  /** @type {Map<string, string>} */
  const found = new Map()
  for (const part of parts) {
    if (part === "") continue
    const equals = part.indexOf("=")
    if (equals < 0) found.set(decoded(part), "")
    else found.set(decoded(part.slice(0, equals)), decoded(part.slice(equals + 1)))
  }
  return found
}

/** Refuse every parameter. @param {string} query */
export function none(query) {
  if (query !== "") refuseOthers(parameters(query), null)
}

/**
 * The value of the one parameter that there may be, empty where it is absent.
 * @param {string} query
 * @param {string} name
 */
export function only(query, name) {
  const given = parameters(query)
  refuseOthers(given, name)
  return given.get(name) ?? ""
}

/**
 * @param {ReadonlyMap<string, string>} given
 * @param {string | null} name
 */
function refuseOthers(given, name) {
  const others = [...given.keys()].filter((other) => other !== name)
  if (others.length > 0) throw invalid(Object.fromEntries(others.map((other) => [other, UNKNOWN])))
}

/** @param {string} text */
function decoded(text) {
  const spaced = text.includes("+") ? text.replaceAll("+", " ") : text
  return spaced.includes("%") ? spaced.replace(ENCODED, bytes) : spaced
}

/** @param {string} run of encoded bytes */
function bytes(run) {
  const found = Buffer.from(run.replaceAll("%", ""), "hex")
  if (!isUtf8(found)) throw refused(400, "not_ascii")
  return found.toString("utf8")
}
