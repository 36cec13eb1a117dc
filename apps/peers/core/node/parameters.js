// Query parameters → what they ask for; every refusal names its parameter, and all that are wrong are named at once.
import { contract, sentence, whole } from "./contract.js"
import { FILTERS, ID, ORDERABLE } from "./fields.js"
import { only } from "./query.js"
import { invalid } from "./refusals.js"
import { count, flag, Misspelt, READERS } from "./spellings.js"
import { longer, words } from "./texts.js"

/**
 * @typedef {import("./fields.js").Field} Field
 * @typedef {{ field: Field, lookup: string, value: string | boolean | string[] }} Filter
 * @typedef {{ field: Field, descending: boolean }} Order
 * @typedef {{ filters: Filter[], terms: string[], ordering: Order[], pageSize: number, page: number }} Listing
 */

const { listing, basics } = contract
const COUNT = whole(contract.kinds.count.pattern)
// A page so far out cannot exist, and its offset is still exact.
const MOST_PAGE = Math.floor(Number.MAX_SAFE_INTEGER / listing.largest_page_size)

/** Parameters besides the filters → their readers. @type {Record<string, (text: string) => any>} */
const PLACES = {
  ordering: orderingOf,
  search: termsOf,
  page_size: (text) => Math.min(count(text), listing.largest_page_size),
  page: (text) => Math.min(count(text), MOST_PAGE),
}
const DEFAULT_ORDERING = orderingOf(listing.ordering)

/**
 * Read a listing's parameters; throws a refusal with all that is wrong.
 * @param {ReadonlyMap<string, string>} given
 * @returns {Listing}
 */
export function listingOf(given) {
  /** @type {Filter[]} */
  const filters = []
  /** @type {Record<string, any>} */
  const places = {}
  /** @type {[string, string[]][]} */
  const errors = []
  for (const [name, text] of given) {
    try {
      known(name, text)
      const filter = FILTERS.get(name)
      if (text === "") continue
      if (filter) filters.push({ ...filter, value: filterValue(filter.field, filter.lookup, text) })
      else places[name] = PLACES[name]?.(text)
    } catch (error) {
      if (!(error instanceof Misspelt)) throw error
      errors.push([name, [error.message]])
    }
  }
  if (errors.length > 0) throw invalid(Object.fromEntries(errors))
  const { ordering = DEFAULT_ORDERING, search = [], page_size = listing.page_size, page = 1 } = places
  return { filters, terms: search, ordering, pageSize: page_size, page }
}

/**
 * The one parameter of a basic request, by its name; throws a refusal.
 * @param {string} query
 * @param {"items" | "n"} name
 * @returns {number}
 */
export function basicsCount(query, name) {
  const { default: usual, most } = basics[name]
  const text = only(query, name)
  if (text === "") return usual
  const value = COUNT.test(text) ? count(text) : 0
  if (value < 1 || value > most) throw invalid({ [name]: [sentence("whole_number_between", { least: 1, most })] })
  return value
}

/**
 * @param {string} name
 * @param {string} text
 */
function known(name, text) {
  if (name.includes("\0") || text.includes("\0")) throw new Misspelt(sentence("nul"))
  if (!FILTERS.has(name) && !Object.hasOwn(PLACES, name)) throw new Misspelt(sentence("unknown_parameter"))
}

/**
 * @param {Field} field
 * @param {string} lookup
 * @param {string} text
 */
function filterValue(field, lookup, text) {
  if (lookup === "isnull") return flag(text)
  const read = /** @type {(text: string) => string} */ (READERS[field.kind])
  if (lookup !== "in") return read(text)
  const items = text.split(",")
  if (items.length > listing.most_values) {
    throw new Misspelt(sentence("too_many_values", { most: listing.most_values }))
  }
  if (items.includes("")) throw new Misspelt(sentence("empty_value"))
  return items.map((item) => read(item))
}

/**
 * @param {string} text
 * @returns {Order[]}
 */
function orderingOf(text) {
  /** @type {Map<Field, Order>} */
  const kept = new Map()
  let descending = false
  for (const item of text.split(",")) {
    descending = item.startsWith("-")
    const field = ORDERABLE.get(descending ? item.slice(1) : item)
    if (!field) {
      const choices = [...ORDERABLE.keys()].join(", ")
      throw new Misspelt(sentence("ordering", { given: `'${item}'`, choices }))
    }
    // What follows `id`, and a field named again, cannot matter.
    if (!kept.has(ID) && !kept.has(field)) kept.set(field, { field, descending })
  }
  if (!kept.has(ID)) kept.set(ID, { field: ID, descending })
  return [...kept.values()]
}

/** @param {string} text */
function termsOf(text) {
  if (longer(text, listing.most_characters)) {
    throw new Misspelt(sentence("too_many_characters", { most: listing.most_characters }))
  }
  const terms = words(text)
  if (terms.length > listing.most_terms) throw new Misspelt(sentence("too_many_terms", { most: listing.most_terms }))
  return terms
}
