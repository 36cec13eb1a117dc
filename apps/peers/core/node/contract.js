// The contract's data, as contract.toml has it; read once a process.
import { readFileSync } from "node:fs"
import { parse } from "smol-toml"

/** @typedef {Record<string, any>} Table */

/**
 * The document: kinds, listing, bodies, operations, messages. Its largest id is past what a number holds exactly, and
 * so a BigInt.
 * @type {Table}
 */
export const contract = parse(readFileSync(new URL("../../../contract/contract.toml", import.meta.url), "utf8"), {
  integersAsBigInt: "asNeeded",
})

/** The largest body, in bytes. @type {number} */
export const LARGEST_BODY = contract.requests.largest_body

/** The largest id. */
export const MOST_ID = BigInt(contract.kinds.id.most)

/**
 * The contract's sentence of this name, with what stands in its braces filled in.
 * @param {string} name
 * @param {Record<string, unknown>} [values]
 * @returns {string}
 */
export function sentence(name, values = {}) {
  const text = contract.messages[name]
  if (text === undefined) throw new Error(`contract.toml has no message ${name}.`)
  return text.replace(/\{(\w+)\}/g, (/** @type {string} */ _, /** @type {string} */ key) => String(values[key]))
}

/**
 * A pattern of the contract: the whole of a text must match it.
 * @param {string} pattern
 */
export function whole(pattern) {
  return new RegExp(`^(?:${pattern})$`)
}
