// Addresses as the contract writes them.
import { contract } from "./contract.js"

/**
 * An address with the methods that it answers.
 * @typedef {{ address: string, methods: string[] }} Address
 */

const ENCODED = /%([0-9a-f]{2})/gi
const UNRESERVED = /[\w.~-]/
// ASCII digits, however many.
const ONE = /^\/api\/contacts\/[0-9]+\/$/
const PROBES = ["/healthz", "/readyz", "/metrics"]

/** @type {Map<string, Address>} */
const ADDRESSES = new Map(PROBES.map((address) => [address, { address, methods: ["GET", "HEAD"] }]))
for (const name of contract.core.operations) {
  const [method, address] = contract.operations[name].split(" ")
  const methods = method === "GET" ? ["GET", "HEAD"] : [method]
  ADDRESSES.set(address, { address, methods: [...(ADDRESSES.get(address)?.methods ?? []), ...methods] })
}
const OF_ONE = ADDRESSES.get("/api/contacts/{id}/")

/**
 * The core's address that a path is, if any.
 * @param {string} path as `plain` gives it
 */
export function addressOf(path) {
  return ADDRESSES.get(path) ?? (ONE.test(path) ? OF_ONE : undefined)
}

/**
 * A path with what need not be percent-encoded in it written plainly, as RFC 3986 has it: `/api/%63ontacts/` is
 * `/api/contacts/`. What stays encoded is in no address of the contract.
 * @param {string} path
 */
export function plain(path) {
  if (!path.includes("%")) return path
  return path.replace(ENCODED, (/** @type {string} */ all, /** @type {string} */ hex) => {
    const character = String.fromCharCode(Number.parseInt(hex, 16))
    return UNRESERVED.test(character) ? character : all
  })
}

/**
 * The path and the query of a request's target.
 * @param {string} target
 * @returns {[string, string]}
 */
export function split(target) {
  const mark = target.indexOf("?")
  return mark < 0 ? [target, ""] : [target.slice(0, mark), target.slice(mark + 1)]
}
