// Writes contacts: each write is one transaction.
import { randomBytes } from "node:crypto"
import { wholeAddress } from "./bodies.js"
import { contract, MOST_ID, sentence } from "./contract.js"
import { codeOf } from "./database.js"
import { invalid, refused } from "./refusals.js"
import { contact } from "./rows.js"
import { detail } from "./statements.js"

/**
 * @typedef {import("./database.js").Database} Database
 * @typedef {import("./database.js").Transaction} Transaction
 * @typedef {import("./reader.js").Contact} Contact
 * @typedef {Record<string, any>} Values
 */

const ADDRESS_FIELDS = Object.keys(contract.bodies.address)
const USER_FIELDS = Object.entries(contract.bodies.contact)
  .filter(([, spec]) => !(/** @type {Values} */ (spec).body))
  .map(([name]) => name)
/** @type {number} */
const NEW_POINTS = contract.bodies.relationship.points.default
/** @type {number} */
const MOST_POINTS = contract.kinds.points.most
const UNIQUE_VIOLATION = "23505"

const INSERT_USER = insert("app_user", [...USER_FIELDS, "created", "last_updated", "address_id"])
const INSERT_ADDRESS = insert("address", ADDRESS_FIELDS)
const INSERT_RELATIONSHIP = insert("customer_relationship", ["appuser_id", "points", "created", "last_activity"])

/** Creates, changes and removes contacts, and moves points. */
export class Writer {
  #database

  /** @param {Database} database */
  constructor(database) {
    this.#database = database
  }

  /**
   * Add a contact.
   * @param {Values} values
   * @returns {Promise<Contact>}
   */
  create(values) {
    return this.#withCustomerId(async (transaction) => {
      const { address = null, relationship = null } = values
      const addressId = address === null ? null : await insertAddress(transaction, address)
      const at = new Date().toISOString()
      const own = USER_FIELDS.map((name) => values[name] ?? newCustomerId())
      const [row] = await transaction.rows(INSERT_USER, [...own, at, at, addressId])
      const id = row?.[0]
      if (relationship !== null) await insertRelationship(transaction, id, at, relationship)
      return read(transaction, id)
    })
  }

  /**
   * Change only what `values` names; throws a 404.
   * @param {string} id
   * @param {Values} values
   * @returns {Promise<Contact>}
   */
  change(id, values) {
    return this.#withCustomerId(async (transaction) => {
      const addressId = await lock(transaction, id)
      const at = new Date().toISOString()
      /** @type {Values} */
      const own = Object.fromEntries(Object.entries(values).filter(([name]) => USER_FIELDS.includes(name)))
      own.last_updated = at
      if (values.address !== undefined) own.address_id = await setAddress(transaction, addressId, values.address)
      await update(transaction, "app_user", "id", id, own)
      if (own.address_id === null && addressId !== null) await removeAddress(transaction, addressId)
      if (values.relationship !== undefined) await setRelationship(transaction, id, values.relationship, at)
      return read(transaction, id)
    })
  }

  /**
   * Remove a contact with its relationship and its address; throws a 404.
   * @param {string} id
   * @returns {Promise<void>}
   */
  remove(id) {
    return this.#database.transaction(async (transaction) => {
      const addressId = await lock(transaction, id)
      await transaction.run("DELETE FROM customer_relationship WHERE appuser_id = $1", [id])
      await transaction.run("DELETE FROM app_user WHERE id = $1", [id])
      if (addressId !== null) await removeAddress(transaction, addressId)
    })
  }

  /**
   * Move points; both sides after it. Throws a 400 naming `from`, `to` or `points`.
   * @param {Values} values
   */
  transfer({ from, to, points }) {
    return this.#database.transaction(async (transaction) => {
      const locked = await transaction.rows(
        "SELECT appuser_id, points FROM customer_relationship WHERE appuser_id IN ($1, $2)" +
          " ORDER BY appuser_id FOR UPDATE",
        [from, to],
      )
      const balances = new Map(locked.map(([id, balance]) => [String(id), balance]))
      const [sent, received] = transferred(balances, String(from), String(to), points)
      await transaction.run(
        "UPDATE customer_relationship SET points = CASE appuser_id WHEN $1 THEN $3::int ELSE $4::int END" +
          " WHERE appuser_id IN ($1, $2)",
        [from, to, sent, received],
      )
      return { from: { id: Number(from), points: sent }, to: { id: Number(to), points: received } }
    })
  }

  /**
   * A transaction in which the customer id, the only unique value that a client chooses, may be taken.
   * @template Result
   * @param {(transaction: Transaction) => Promise<Result>} work
   * @returns {Promise<Result>}
   */
  async #withCustomerId(work) {
    try {
      return await this.#database.transaction(work)
    } catch (error) {
      if (codeOf(error) !== UNIQUE_VIOLATION) throw error
      throw invalid({ customer_id: [sentence("customer_id_taken")] })
    }
  }
}

/** `CUST-` and 12 upper-case hex digits. */
function newCustomerId() {
  return `CUST-${randomBytes(6).toString("hex").toUpperCase()}`
}

/**
 * @param {Map<string, number>} balances by the ids of the contacts that have a relationship
 * @param {string} from
 * @param {string} to
 * @param {number} points
 * @returns {[number, number]}
 */
function transferred(balances, from, to, points) {
  if (from === to) throw invalid({ to: [sentence("transfer_to_itself")] })
  const [sender, receiver] = [balances.get(from), balances.get(to)]
  if (sender === undefined) throw invalid({ from: [sentence("transfer_without_relationship")] })
  if (receiver === undefined) throw invalid({ to: [sentence("transfer_without_relationship")] })
  if (sender < points) throw invalid({ points: [sentence("too_few_points")] })
  if (receiver + points > MOST_POINTS) throw invalid({ points: [sentence("too_many_points", { most: MOST_POINTS })] })
  return [sender - points, receiver + points]
}

/**
 * @param {string} table
 * @param {string[]} columns
 */
function insert(table, columns) {
  const marks = columns.map((_, place) => `$${place + 1}`).join(", ")
  return `INSERT INTO ${table} (${columns.join(", ")}) VALUES (${marks}) RETURNING id`
}

/**
 * @param {Transaction} transaction
 * @param {string | number} id
 */
async function read(transaction, id) {
  const { text, values } = detail(id)
  const [row] = await transaction.rows(text, values)
  return contact(/** @type {import("./rows.js").Row} */ (row))
}

/**
 * The address id of a contact, locked until the end of the transaction.
 * @param {Transaction} transaction
 * @param {string} id
 * @returns {Promise<number | null>}
 */
async function lock(transaction, id) {
  const sql = "SELECT address_id FROM app_user WHERE id = $1 FOR UPDATE"
  const [row] = BigInt(id) <= MOST_ID ? await transaction.rows(sql, [id]) : []
  if (!row) throw refused(404, "no_contact")
  return row[0]
}

/**
 * @param {Transaction} transaction
 * @param {Values} address
 * @returns {Promise<number>}
 */
async function insertAddress(transaction, address) {
  const [row] = await transaction.rows(INSERT_ADDRESS, ADDRESS_FIELDS.map((name) => address[name]))
  return row?.[0]
}

/**
 * @param {Transaction} transaction
 * @param {string | number} id
 * @param {string} at
 * @param {Values} values
 */
async function insertRelationship(transaction, id, at, { points = NEW_POINTS, last_activity = at }) {
  await transaction.run(INSERT_RELATIONSHIP, [id, points, at, last_activity])
}

/**
 * Change a row's columns; how many rows there are.
 * @param {Transaction} transaction
 * @param {string} table
 * @param {string} key
 * @param {string | number} of
 * @param {Values} values
 */
function update(transaction, table, key, of, values) {
  // Only what was named: a transfer may move points meanwhile.
  const columns = Object.keys(values).map((name, place) => `${name} = $${place + 2}`)
  return transaction.run(`UPDATE ${table} SET ${columns.join(", ")} WHERE ${key} = $1`, [of, ...Object.values(values)])
}

/**
 * Change the address in place or make one; its id, or null where there is to be none.
 * @param {Transaction} transaction
 * @param {number | null} addressId
 * @param {Values | null} values
 */
async function setAddress(transaction, addressId, values) {
  if (values === null) return null
  if (addressId === null) {
    wholeAddress(values)
    return insertAddress(transaction, values)
  }
  if (Object.keys(values).length > 0) await update(transaction, "address", "id", addressId, values)
  return addressId
}

/**
 * @param {Transaction} transaction
 * @param {number} addressId
 */
async function removeAddress(transaction, addressId) {
  // Whoever else lives there goes on without an address.
  await transaction.run("UPDATE app_user SET address_id = NULL WHERE address_id = $1", [addressId])
  await transaction.run("DELETE FROM address WHERE id = $1", [addressId])
}

/**
 * @param {Transaction} transaction
 * @param {string} id
 * @param {Values | null} values
 * @param {string} at
 */
async function setRelationship(transaction, id, values, at) {
  if (values === null) {
    await transaction.run("DELETE FROM customer_relationship WHERE appuser_id = $1", [id])
    return
  }
  // A relationship without changes is written all the same, to learn whether it is there.
  const named = Object.keys(values).length > 0 ? values : { appuser_id: id }
  if ((await update(transaction, "customer_relationship", "appuser_id", id, named)) === 0) {
    await insertRelationship(transaction, id, at, values)
  }
}
