// What a service can refuse, in the words of the contract.
import { sentence } from "./contract.js"

/** The request cannot be done; `status`, `body` and `headers` are the answer. */
export class Refusal extends Error {
  /**
   * @param {number} status
   * @param {Record<string, unknown>} body
   * @param {Record<string, string>} [headers]
   */
  constructor(status, body, headers = {}) {
    super(`${status}`)
    this.status = status
    this.body = body
    this.headers = headers
  }
}

/**
 * A refusal with one sentence.
 * @param {number} status
 * @param {string} name of the contract's message
 * @param {Record<string, unknown>} [values]
 * @param {Record<string, string>} [headers]
 */
export function refused(status, name, values, headers) {
  return new Refusal(status, { detail: sentence(name, values) }, headers)
}

/**
 * A 400 that says what is wrong with each field.
 * @param {Record<string, unknown>} errors field → its messages, or the same of what is nested
 */
export function invalid(errors) {
  return new Refusal(400, errors)
}

/** Nobody has this address. */
export function notFound() {
  return refused(404, "not_found")
}

/**
 * The address does not answer this method.
 * @param {string | undefined} method
 * @param {readonly string[]} allowed
 */
export function notAllowed(method, allowed) {
  return refused(405, "method", { method }, { Allow: allowed.join(", ") })
}

/** Who asks is not who may. @param {string} name of the message */
export function unauthorized(name) {
  return refused(401, name, {}, { "WWW-Authenticate": "Bearer" })
}

/** There is no session with the database. */
export function noDatabase() {
  return refused(503, "no_database", {}, { "Retry-After": "1" })
}
