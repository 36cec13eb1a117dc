// The fields of a contact: one table for parameters, statements and JSON.
import { contract } from "./contract.js"

/**
 * A value of a contact under its public name, such as `address__city`; `column` is the same as statements have it, with
 * the letter of its table.
 * @typedef {{ name: string, table: "u" | "a" | "r", column: string, kind: string, lookups: string[], orders: boolean }} Field
 * @typedef {Record<string, any>} Entry
 */

/** The object that holds a field → how statements call its table. @type {Record<string, Field["table"]>} */
const TABLES = { "": "u", address: "a", relationship: "r" }

/**
 * @param {Entry} entry
 * @returns {Field}
 */
function field({ name, kind, filters = true, orders = true }) {
  const [attribute, holder = ""] = name.split("__").reverse()
  const table = /** @type {Field["table"]} */ (TABLES[holder])
  return { name, table, column: `${table}.${attribute}`, kind, lookups: filters ? contract.kinds[kind].lookups : [], orders }
}

/** In the order of a contact's JSON, in which every statement selects them too. @type {Field[]} */
export const FIELDS = contract.listing.fields.map(field)

/** @type {Map<string, Field>} */
const BY_NAME = new Map(FIELDS.map((one) => [one.name, one]))

/** The field of this name. @param {string} name */
export function named(name) {
  const found = BY_NAME.get(name)
  if (!found) throw new Error(`contract.toml has no field ${name}.`)
  return found
}

export const ID = named("id")
export const ORDERABLE = new Map(FIELDS.filter((one) => one.orders).map((one) => [one.name, one]))
/** @type {Field[]} */
export const SEARCHED = contract.listing.searched.map(named)

/**
 * Parameter → its field and lookup; an object is absent where its id is null.
 * @type {Map<string, { field: Field, lookup: string }>}
 */
export const FILTERS = new Map([
  ...FIELDS.flatMap((one) =>
    one.lookups.map((lookup) => /** @type {[string, { field: Field, lookup: string }]} */ ([
      lookup === "exact" ? one.name : `${one.name}__${lookup}`,
      { field: one, lookup },
    ])),
  ),
  ...Object.keys(TABLES)
    .filter((holder) => holder !== "")
    .map((holder) => /** @type {[string, { field: Field, lookup: string }]} */ ([
      `${holder}__isnull`,
      { field: named(`${holder}__id`), lookup: "isnull" },
    ])),
])
