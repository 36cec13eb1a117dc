// The `search` parameter as conditions on `app_user u` and `address a`.
//
// A contact's searched text lies in two tables, and no index spans an OR over tables. So with trigrams one term, the
// longest, finds contacts by a UNION of two index scans, and the other terms filter those.
import { SEARCHED } from "./fields.js"
import { characters } from "./texts.js"

const SHORTEST_TRIGRAM = 3
const OWN = SEARCHED.filter((field) => field.table === "u").map((field) => field.column)
const CITY = SEARCHED.filter((field) => field.table === "a").map((field) => field.column)

/** The values of a statement, in the order of their placeholders. */
export class Values {
  /** @type {unknown[]} */
  all = []

  /** Append a value; its placeholder. @param {unknown} value */
  add(value) {
    this.all.push(value)
    return `$${this.all.length}`
  }
}

/** A text with the wildcards of LIKE taken literally. @param {string} text */
export function likeEscaped(text) {
  return text.replace(/[\\%_]/g, "\\$&")
}

/**
 * A case-insensitive LIKE in the form that an index on UPPER(column) can serve.
 * @param {string} column
 * @param {string} pattern its placeholder
 */
export function like(column, pattern) {
  return `UPPER(${column}::text) LIKE UPPER(${pattern}::text)`
}

/**
 * All terms as conditions.
 * @param {string[]} terms
 * @param {boolean} trigram whether an index of trigrams is there to be used
 * @param {Values} values
 */
export function conditions(terms, trigram, values) {
  if (terms.length === 0) return []
  const longestFirst = terms.toSorted((one, other) => characters(other) - characters(one))
  const [driver, ...others] = longestFirst.map((term) => {
    const pattern = values.add(`%${likeEscaped(term)}%`)
    const [own, city] = [anyOf(OWN, pattern), anyOf(CITY, pattern)]
    return { own, city, both: `(${own} OR ${city})`, indexed: trigram && characters(term) >= SHORTEST_TRIGRAM }
  })
  if (!driver) return []
  // Within the subquery, `u` and `a` are its own: nothing in it refers to the rows outside.
  const found =
    `u.id IN (SELECT u.id FROM app_user u WHERE ${driver.own}` +
    ` UNION ALL SELECT u.id FROM address a JOIN app_user u ON u.address_id = a.id WHERE ${driver.city})`
  return [driver.indexed ? found : driver.both, ...others.map((term) => term.both)]
}

/**
 * @param {string[]} columns
 * @param {string} pattern
 */
function anyOf(columns, pattern) {
  const all = columns.map((column) => like(column, pattern))
  return all.length === 1 ? /** @type {string} */ (all[0]) : `(${all.join(" OR ")})`
}
