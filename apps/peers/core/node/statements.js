// A listing → the statements that read it, in the very forms of the other peers, so that all meet the same indexes.
import { FIELDS } from "./fields.js"
import { conditions, like, likeEscaped, Values } from "./search.js"

/**
 * SQL and the values of its placeholders. `name`: it is prepared under this name, once a connection. Those are the few
 * shapes that come with every request; names and cities are skewed, and a generic plan would treat a rare one and a
 * common one alike.
 * @typedef {{ text: string, values: unknown[], name?: string }} Statement
 * @typedef {import("./parameters.js").Filter} Filter
 * @typedef {import("./parameters.js").Listing} Listing
 * @typedef {import("./parameters.js").Order} Order
 */

const JOINS = {
  a: " LEFT JOIN address a ON a.id = u.address_id",
  r: " LEFT JOIN customer_relationship r ON r.appuser_id = u.id",
}
const SELECT = `SELECT ${FIELDS.map((field) => field.column).join(", ")} FROM app_user u${JOINS.a}${JOINS.r}`
const DETAIL = `${SELECT} WHERE u.id = $1`
/** @type {Record<string, string>} */
const OPERATORS = { exact: "=", gt: ">", gte: ">=", lt: "<", lte: "<=" }
const PRESENT = { u: "u.id", a: "u.address_id", r: "r.id" }

/** @type {Statement} */
export const CHECK = { name: "check", text: "SELECT 1", values: [] }
/** @type {Statement} */
export const STATS = {
  text:
    "SELECT u.contacts, u.with_address, r.relationships, r.total, r.lowest, r.highest" +
    " FROM (SELECT COUNT(*) AS contacts, COUNT(address_id) AS with_address FROM app_user) AS u," +
    " (SELECT COUNT(*) AS relationships, COALESCE(SUM(points), 0)::bigint AS total, MIN(points) AS lowest," +
    " MAX(points) AS highest FROM customer_relationship) AS r",
  values: [],
}

/** One contact. @param {string | number} id @returns {Statement} */
export function detail(id) {
  return { name: "detail", text: DETAIL, values: [id] }
}

/** The stored password of an active user. @param {string} username @returns {Statement} */
export function password(username) {
  return { text: "SELECT password FROM auth_user WHERE username = $1 AND is_active", values: [username] }
}

/** The statements of listings; `search` is the switch. */
export class Statements {
  /** Text of a page without filters → its name. @type {Map<string, string>} */
  #names = new Map()

  /** @param {string} search */
  constructor(search) {
    this.trigram = search === "trigram"
  }

  /** How many contacts meet a listing's filters. @param {Listing} listing @returns {Statement} */
  count(listing) {
    const values = new Values()
    const tables = new Set(listing.filters.map((filter) => filter.field.table))
    if (listing.terms.length > 0) tables.add("a")
    const joins = (tables.has("a") ? JOINS.a : "") + (tables.has("r") ? JOINS.r : "")
    const text = `SELECT COUNT(*) FROM app_user u${joins}${this.#where(listing, values)}`
    return this.#named(listing, text, values)
  }

  /** The contacts of a listing's page. @param {Listing} listing @returns {Statement} */
  page(listing) {
    const values = new Values()
    const { pageSize, page } = listing
    const where = this.#where(listing, values)
    const limit = ` LIMIT ${values.add(pageSize)}`
    const offset = page > 1 ? ` OFFSET ${values.add((page - 1) * pageSize)}` : ""
    return this.#named(listing, `${SELECT}${where}${orderBy(listing.ordering)}${limit}${offset}`, values)
  }

  /**
   * @param {Listing} listing
   * @param {Values} values
   */
  #where(listing, values) {
    const all = listing.filters.map((filter) => condition(filter, values))
    all.push(...conditions(listing.terms, this.trigram, values))
    return all.length > 0 ? ` WHERE ${all.join(" AND ")}` : ""
  }

  /**
   * @param {Listing} listing
   * @param {string} text
   * @param {Values} values
   * @returns {Statement}
   */
  #named(listing, text, values) {
    // A session keeps what is prepared: only the default ordering and those of a single field are worth that.
    const recurs = listing.filters.length === 0 && listing.terms.length === 0 && listing.ordering.length <= 2
    if (!recurs) return { text, values: values.all }
    let name = this.#names.get(text)
    if (name === undefined) {
      name = `listing_${this.#names.size}`
      this.#names.set(text, name)
    }
    return { name, text, values: values.all }
  }
}

/**
 * @param {Filter} filter
 * @param {Values} values
 */
function condition({ field, lookup, value }, values) {
  const { column } = field
  if (lookup === "isnull") return `${PRESENT[field.table]} IS ${value ? "" : "NOT "}NULL`
  if (lookup === "in") {
    const given = `${values.add(value)}::text[]`
    return field.kind === "id" ? `${column} = ANY((${given})::bigint[])` : `${column} = ANY(${given})`
  }
  if (lookup === "icontains") return like(column, values.add(`%${likeEscaped(String(value))}%`))
  if (lookup === "istartswith") return like(column, values.add(`${likeEscaped(String(value))}%`))
  return `${column} ${OPERATORS[lookup]} ${values.add(value)}`
}

/** @param {Order[]} ordering */
function orderBy(ordering) {
  return ` ORDER BY ${ordering.map((order) => `${order.field.column}${order.descending ? " DESC" : ""}`).join(", ")}`
}
