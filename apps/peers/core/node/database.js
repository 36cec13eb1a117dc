// Sessions with PostgreSQL by node-postgres's pool, behind PgBouncer in transaction mode.
import pg from "pg"
import { noDatabase, Refusal, refused } from "./refusals.js"
import { types } from "./rows.js"

/**
 * @typedef {import("./rows.js").Row} Row
 * @typedef {import("./statements.js").Statement} Statement
 * @typedef {(error: unknown, rows?: Row[]) => void} Back
 */

const CANCELED = "57014"
// Classes of SQLSTATE that say that the server has given up on the session or the transaction, or is short of something.
const AWAY = new Set(["08", "25", "40", "53", "54", "55", "57", "58", "XX"])
const SQLSTATE = /^[0-9A-Z]{5}$/

/**
 * What to answer where the database stopped a statement or is away; any other error as it is.
 * @param {unknown} error
 */
export function translated(error) {
  if (error instanceof Refusal) return error
  const code = codeOf(error)
  if (code === CANCELED) return refused(503, "timeout")
  return died(error) || AWAY.has(code.slice(0, 2)) ? noDatabase() : error
}

/**
 * The SQLSTATE of an error, or nothing where it is none of the server's.
 * @param {unknown} error
 */
export function codeOf(error) {
  const code = error instanceof Error && "code" in error ? error.code : undefined
  return typeof code === "string" && SQLSTATE.test(code) && "severity" in /** @type {object} */ (error) ? code : ""
}

/**
 * Whether the session is not to be used again: the server said its farewell, or nothing came from it at all.
 * @param {unknown} error
 */
function died(error) {
  const code = codeOf(error)
  if (code === "") return error instanceof Error && !(error instanceof TypeError) && !(error instanceof RangeError)
  return code.startsWith("08") || code.startsWith("57P")
}

/** Runs statements. */
export class Database {
  #pool

  /**
   * @param {{ url: string, poolSize: number, poolTimeoutMs: number, patienceMs: number }} settings `patienceMs`: when to
   *   give up a session that does not answer
   */
  constructor({ url, poolSize, poolTimeoutMs, patienceMs }) {
    this.#pool = new pg.Pool({
      connectionString: url,
      max: poolSize,
      // Sessions stay however long they idle: the pooler keeps the server's side.
      idleTimeoutMillis: 0,
      connectionTimeoutMillis: poolTimeoutMs,
      query_timeout: patienceMs,
      keepAlive: true,
      types,
    })
    // A session that dies while nobody uses it is taken out of the pool, and one that dies between two statements, or says
    // farewell twice, is told by the next statement; nothing else is to be done, but without listeners Node would end.
    this.#pool.on("error", () => {})
    this.#pool.on("connect", (client) => client.on("error", () => {}))
  }

  /**
   * All rows of one statement. Throws a refusal where the database is away or takes too long.
   * @param {Statement} statement
   * @returns {Promise<Row[]>}
   */
  async rows(statement) {
    /** @type {pg.PoolClient | undefined} */
    let client
    try {
      client = await this.#pool.connect()
      const { rows } = await client.query({ ...statement, rowMode: "array" })
      client.release()
      return rows
    } catch (error) {
      client?.release(died(error))
      throw translated(error)
    }
  }

  /**
   * All rows of one statement, by node-postgres's callbacks: no promise is made.
   * @param {Statement} statement
   * @param {Back} back
   */
  rowsBack(statement, back) {
    this.#pool.connect((failure, client, release) => {
      if (failure || !client) return back(translated(failure))
      client.query({ ...statement, rowMode: "array" }, (/** @type {Error | null} */ error, result) => {
        release(error ? died(error) : false)
        if (error) back(translated(error))
        else back(null, result.rows)
      })
    })
  }

  /**
   * Do something in a transaction, which commits at its end and is rolled back where it throws.
   * @template Result
   * @param {(transaction: Transaction) => Promise<Result>} work
   * @returns {Promise<Result>}
   */
  async transaction(work) {
    /** @type {pg.PoolClient | undefined} */
    let client
    try {
      client = await this.#pool.connect()
      await client.query("BEGIN")
      const result = await work(new Transaction(client))
      await client.query("COMMIT")
      client.release()
      return result
    } catch (error) {
      if (client) await undone(client, error)
      throw translated(error)
    }
  }

  /** Close the sessions, those in use when they come back. */
  async close() {
    await this.#pool.end()
  }
}

/** What runs within a transaction. */
export class Transaction {
  #client

  /** @param {pg.PoolClient} client */
  constructor(client) {
    this.#client = client
  }

  /**
   * All rows of a statement.
   * @param {string} text
   * @param {unknown[]} values
   * @returns {Promise<Row[]>}
   */
  async rows(text, values) {
    return (await this.#client.query({ text, values, rowMode: "array" })).rows
  }

  /**
   * How many rows a statement changed.
   * @param {string} text
   * @param {unknown[]} values
   */
  async run(text, values) {
    return (await this.#client.query(text, values)).rowCount ?? 0
  }
}

/**
 * Roll back, and give the session back where it is still good.
 * @param {pg.PoolClient} client
 * @param {unknown} error what went wrong
 */
async function undone(client, error) {
  if (!(error instanceof Refusal) && died(error)) return client.release(true)
  try {
    await client.query("ROLLBACK")
    client.release()
  } catch {
    client.release(true)
  }
}
