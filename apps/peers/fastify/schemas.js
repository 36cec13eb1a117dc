// JSON Schemas, made of contract.toml: fast-json-stringify writes answers by them, and Ajv checks bodies.
import { contract } from "../core/node/contract.js"

/**
 * @typedef {Record<string, any>} Schema
 * @typedef {import("fastify").FastifySchema} Schemas
 */

/** Kind → the type of its values in answers. @type {Record<string, string>} */
const TYPES = { id: "integer", points: "integer" }

/**
 * An object that has all of these.
 * @param {Record<string, Schema>} properties
 * @returns {Schema}
 */
function whole(properties) {
  return { type: "object", properties, required: Object.keys(properties) }
}

const integer = { type: "integer" }
const string = { type: "string" }
const pair = whole({ id: integer, points: integer })

/** An address or a relationship of a contact, which may be null. @param {string} holder */
function held(holder) {
  const fields = contract.listing.fields.filter((/** @type {Schema} */ { name }) => name.startsWith(`${holder}__`))
  return { ...whole(answered(fields)), nullable: true }
}

/** @param {Schema[]} fields */
function answered(fields) {
  return Object.fromEntries(fields.map(({ name, kind }) => [name.split("__").at(-1), { type: TYPES[kind] ?? "string" }]))
}

const own = contract.listing.fields.filter((/** @type {Schema} */ { name }) => !name.includes("__"))
export const contact = whole({ ...answered(own), address: held("address"), relationship: held("relationship") })
const link = { type: "string", nullable: true }
export const page = whole({
  count: integer,
  next: link,
  previous: link,
  results: { type: "array", items: contact },
})
const extreme = { type: "integer", nullable: true }
export const stats = whole({
  contacts: integer,
  with_address: integer,
  with_relationship: integer,
  points: whole({ total: integer, min: extreme, max: extreme }),
})
export const transfer = whole({ from: pair, to: pair })
export const tokens = whole({ access: string, refresh: string })
export const me = whole({ username: string })
const item = whole({ id: integer, name: string, price: integer, available: { type: "boolean" } })
export const items = whole({ items: { type: "array", items: item } })
export const echo = whole({ name: string, code: string, quantity: integer, tags: { type: "array", items: string } })
export const primes = whole({ n: integer, primes: integer })

/**
 * The schema of a body, as far as JSON Schema can say what the contract does: texts are cut at their ends before they
 * are counted, a day must exist, and 5.0 is no whole number.
 * @param {string} name
 * @param {{ partial?: boolean }} [how]
 * @returns {Schema}
 */
export function body(name, { partial = false } = {}) {
  const specs = /** @type {[string, Schema][]} */ (Object.entries(contract.bodies[name]))
  return {
    type: "object",
    properties: Object.fromEntries(specs.map(([field, spec]) => [field, given(spec, partial)])),
    required: partial ? [] : specs.filter(([, spec]) => spec.required).map(([field]) => field),
  }
}

/**
 * @param {Schema} spec of a field
 * @param {boolean} partial
 * @returns {Schema}
 */
function given(spec, partial) {
  if (spec.body) return { ...body(spec.body, { partial }), ...(spec.nullable ? { nullable: true } : {}) }
  if (spec.list) {
    const { least = 0, most } = spec.characters
    return { type: "array", maxItems: spec.most, items: { type: "string", minLength: least, maxLength: most } }
  }
  const kind = contract.kinds[spec.kind] ?? {}
  switch (spec.kind) {
    case "gender":
      return { type: "string", enum: kind.values }
    case "date":
    case "time":
      return { type: "string", pattern: `^(?:${kind.pattern})$` }
    case "text":
      return { type: "string", minLength: 1 }
    default:
      return range(spec, kind)
  }
}

/**
 * @param {Schema} spec
 * @param {Schema} kind
 */
function range({ least, most }, kind) {
  const largest = most ?? kind.most
  // Past 2^53 numbers come as BigInt, which to Ajv is no integer; the contract's rules read them.
  if (typeof largest === "bigint") return {}
  return { type: "integer", minimum: least ?? -largest, maximum: largest }
}
