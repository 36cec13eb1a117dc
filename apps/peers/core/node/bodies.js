// What clients send, read as contract.toml's `bodies` describe it: values, or what is wrong with each field.
import { contract, sentence } from "./contract.js"
import { invalid, refused } from "./refusals.js"
import { readerOf } from "./values.js"

/**
 * @typedef {Record<string, any>} Table
 * @typedef {import("./values.js").Read} Read
 */

/** Body and whether it is in part → its reader. @type {Map<string, Read>} */
const READERS = new Map()

/**
 * The values of a body, only those that the contract knows; throws a 400 that names all that is wrong.
 * @param {"contact" | "transfer" | "credentials" | "echo"} name
 * @param {unknown} value
 * @param {{ partial?: boolean }} [how] with `partial`, nothing is required
 * @returns {Table}
 */
export function valuesOf(name, value, { partial = false } = {}) {
  if (!isObject(value)) throw refused(400, "no_json")
  const { found, wrong } = bodyReader(name, partial)(value)
  if (wrong !== undefined) throw invalid(/** @type {Table} */ (wrong))
  return /** @type {Table} */ (found)
}

/**
 * Refuse a new address that lacks a field.
 * @param {Table} address
 */
export function wholeAddress(address) {
  const missing = Object.keys(contract.bodies.address).filter((name) => !Object.hasOwn(address, name))
  if (missing.length === 0) return
  throw invalid({ address: Object.fromEntries(missing.map((name) => [name, [sentence("required")]])) })
}

/**
 * @param {string} name
 * @param {boolean} partial
 * @returns {Read}
 */
function bodyReader(name, partial) {
  const key = `${name} ${partial}`
  let reader = READERS.get(key)
  if (reader === undefined) {
    reader = objectReader(name, partial)
    READERS.set(key, reader)
  }
  return reader
}

/**
 * @param {string} name
 * @param {boolean} partial
 * @returns {Read}
 */
function objectReader(name, partial) {
  /** @type {[string, Table, Read][]} */
  const fields = Object.entries(contract.bodies[name]).map(([field, spec]) => [
    field,
    spec,
    spec.body ? bodyReader(spec.body, partial) : readerOf(name, field, spec),
  ])
  return (value) => {
    if (!isObject(value)) return { wrong: [NO_OBJECT] }
    /** @type {Table} */
    const found = {}
    /** @type {Table | undefined} */
    let wrong
    for (const [field, spec, read] of fields) {
      const given = Object.hasOwn(value, field) ? value[field] : undefined
      if (given === undefined) {
        if (spec.required && !partial) (wrong ??= {})[field] = [sentence("required")]
        continue
      }
      if (given === null && spec.nullable) {
        found[field] = null
        continue
      }
      const one = read(given)
      if (one.wrong === undefined) found[field] = one.found
      else (wrong ??= {})[field] = one.wrong
    }
    return wrong === undefined ? { found } : { wrong }
  }
}

const NO_OBJECT = "Send an object."

/**
 * @param {unknown} value
 * @returns {value is Table}
 */
function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}
