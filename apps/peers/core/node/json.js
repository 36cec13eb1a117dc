// A request's body as JSON, as strictly as the contract has it, with whole numbers told from others.
import { isUtf8 } from "node:buffer"
import { refused } from "./refusals.js"

// Where a text has none of these, all its numbers are whole and exact as JSON.parse gives them.
const DOUBTFUL = /\d[.eE]|\d{16}/
const WHOLE = /^-?\d+$/
// What Python and others refuse to read as a number.
const MOST_DIGITS = 4300

/**
 * Refuse a body that is not sent as JSON.
 * @param {string | undefined} contentType
 */
export function onlyJson(contentType) {
  const mediaType = (contentType ?? "").split(";", 1)[0]?.trim().toLowerCase()
  if (mediaType !== "application/json") throw refused(415, "media_type")
}

/**
 * The value of a body; throws a 400. A whole number is a number, past 2^53 a BigInt; any other number, also `5.0` and
 * `1e2`, is NaN.
 * @param {Uint8Array | undefined} body
 * @returns {unknown}
 */
export function parsed(body) {
  if (body === undefined || body.length === 0) throw refused(400, "empty_body")
  // A byte order mark stays in the text, and is no JSON.
  if (!isUtf8(body)) throw refused(400, "no_json")
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString("utf8")
  try {
    return DOUBTFUL.test(text) ? JSON.parse(text, exact) : JSON.parse(text)
  } catch {
    throw refused(400, "no_json")
  }
}

/**
 * What JSON.parse calls with each value and, in Node 22 and later, with how it was written.
 * @param {string} _key
 * @param {unknown} value
 * @param {{ source?: string }} [context]
 */
function exact(_key, value, context) {
  if (typeof value !== "number") return value
  const source = context?.source ?? ""
  if (!WHOLE.test(source)) return NaN
  if (source.length > MOST_DIGITS) throw new SyntaxError("The number has too many digits.")
  return Number.isSafeInteger(value) ? value : BigInt(source)
}
