// Reads contacts. The two hot reads exist twice: by promises, and by callbacks all the way from the driver.
import { MOST_ID } from "./contract.js"
import { listingOf } from "./parameters.js"
import { beyond, envelope } from "./paging.js"
import { parameters } from "./query.js"
import { refused } from "./refusals.js"
import { contact, stats } from "./rows.js"
import { CHECK, detail, password, STATS } from "./statements.js"

/**
 * @typedef {import("./database.js").Database} Database
 * @typedef {import("./rows.js").Row} Row
 * @typedef {import("./statements.js").Statements} Statements
 * @typedef {import("./parameters.js").Listing} Listing
 * @typedef {ReturnType<typeof contact>} Contact
 * @typedef {ReturnType<typeof envelope<Contact>>} Page
 */

/** Reads contacts. */
export class Reader {
  #database
  #statements

  /**
   * @param {Database} database
   * @param {Statements} statements
   */
  constructor(database, statements) {
    this.#database = database
    this.#statements = statements
  }

  /**
   * One contact; throws a 404.
   * @param {string} id of ASCII digits, however many
   * @returns {Promise<Contact>}
   */
  async one(id) {
    return only(isPossible(id) ? await this.#database.rows(detail(id)) : [])
  }

  /**
   * A page of contacts; throws refusals of the query, and a 404 past the end.
   * @param {string} base the absolute address that was asked
   * @param {string} query
   * @returns {Promise<Page>}
   */
  async page(base, query) {
    const listing = listingOf(parameters(query))
    const count = countOf(await this.#database.rows(this.#statements.count(listing)))
    const rows = beyond(listing, count) ? [] : await this.#database.rows(this.#statements.page(listing))
    return envelope(listing, count, rows.map(contact), base, query)
  }

  /**
   * As `one`, by callback.
   * @param {string} id
   * @param {(error: unknown, contact?: Contact) => void} back
   */
  oneBack(id, back) {
    if (!isPossible(id)) return back(refused(404, "no_contact"))
    this.#database.rowsBack(detail(id), (error, rows) => finished(back, error, () => only(rows ?? [])))
  }

  /**
   * As `page`, by callback.
   * @param {string} base
   * @param {string} query
   * @param {(error: unknown, page?: Page) => void} back
   */
  pageBack(base, query, back) {
    /** @type {Listing} */
    let listing
    try {
      listing = listingOf(parameters(query))
    } catch (error) {
      return back(error)
    }
    this.#database.rowsBack(this.#statements.count(listing), (failure, counted) => {
      if (failure || !counted) return back(failure)
      const count = countOf(counted)
      try {
        if (beyond(listing, count)) return back(null, envelope(listing, count, [], base, query))
      } catch (error) {
        return back(error)
      }
      this.#database.rowsBack(this.#statements.page(listing), (error, rows) =>
        finished(back, error, () => envelope(listing, count, (rows ?? []).map(contact), base, query)),
      )
    })
  }

  /** The contract's `stats`. */
  async stats() {
    return stats(first(await this.#database.rows(STATS)))
  }

  /**
   * The stored password of an active user, or null.
   * @param {string} username
   * @returns {Promise<string | null>}
   */
  async password(username) {
    const [row] = await this.#database.rows(password(username))
    return row ? row[0] : null
  }

  /** Ask the database for an answer. */
  async check() {
    await this.#database.rows(CHECK)
  }
}

/** Whether an id can be one of the database's. @param {string} id */
function isPossible(id) {
  return id.length < 19 || (id.replace(/^0+/, "").length <= 19 && BigInt(id) <= MOST_ID)
}

/** @param {Row[]} rows */
function only(rows) {
  const [row] = rows
  if (!row) throw refused(404, "no_contact")
  return contact(row)
}

/** @param {Row[]} rows @returns {number} */
function countOf(rows) {
  return first(rows)[0]
}

/** @param {Row[]} rows */
function first(rows) {
  return /** @type {Row} */ (rows[0])
}

/**
 * Hand on what was made of an answer, or what went wrong.
 * @template Result
 * @param {(error: unknown, result?: Result) => void} back
 * @param {unknown} error
 * @param {() => Result} make
 */
function finished(back, error, make) {
  if (error) return back(error)
  /** @type {Result} */
  let result
  try {
    result = make()
  } catch (failure) {
    return back(failure)
  }
  back(null, result)
}
