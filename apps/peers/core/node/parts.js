// What a peer's handlers call, made as the settings say.
import { Database } from "./database.js"
import { Hosts } from "./hosts.js"
import { logger } from "./logs.js"
import { matches } from "./passwords.js"
import { Reader } from "./reader.js"
import { unauthorized } from "./refusals.js"
import { Statements } from "./statements.js"
import { Tokens } from "./tokens.js"
import { Writer } from "./writer.js"

/**
 * @typedef {import("./settings.js").Settings} Settings
 * @typedef {ReturnType<typeof partsOf>} Parts
 */

/**
 * The parts of one process.
 * @param {Settings} settings
 */
export function partsOf(settings) {
  const database = new Database(settings)
  const reader = new Reader(database, new Statements(settings.search))
  const tokens = new Tokens(settings.secretKey, settings)
  return {
    reader,
    writer: new Writer(database),
    tokens,
    hosts: new Hosts(settings.allowedHosts),
    log: logger(settings.logLevel, "contacts.request"),
    close: () => database.close(),

    /**
     * A pair of tokens for a name and a password; throws a 401.
     * @param {Record<string, any>} credentials
     */
    async logIn({ username, password }) {
      if (!(await matches(password, await reader.password(username)))) throw unauthorized("wrong_credentials")
      return tokens.pair(username)
    },

    /** Whether the database answers, as /readyz tells it. */
    async readiness() {
      try {
        await reader.check()
        return { status: 200, body: { status: "ok", checks: { database: "ok" } } }
      } catch (error) {
        const database = `The database does not answer (${error instanceof Error ? error.message : error}).`
        return { status: 503, body: { status: "unavailable", checks: { database } } }
      }
    },
  }
}
