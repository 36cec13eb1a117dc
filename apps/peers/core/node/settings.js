// Everything that the environment decides.
import { SettingsError, switchesOf } from "./switches.js"

/**
 * Times are in the unit that their name ends in.
 * @typedef {{
 *   host: string, port: number, url: string, secretKey: string, allowedHosts: string[], logLevel: string,
 *   switches: Map<string, string>, search: string, poolSize: number, workers: number,
 *   poolTimeoutMs: number, patienceMs: number, drainMs: number, accessS: number, refreshS: number,
 * }} Settings
 */

// What a request may wait for a connection to the database, before its statement begins.
const CONNECTION_MS = 5000
// Of a statement where the environment does not say; also where it may take any time, since a stop must not.
const STATEMENT_MS = 10_000
const ANY_TIME_MS = 3_600_000
export const LEVELS = ["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"]

/**
 * The settings; throws SettingsError.
 * @param {URL} variant the peer's variant.toml
 * @param {Record<string, string | undefined>} environment
 * @returns {Settings}
 */
export function settingsOf(variant, environment) {
  const switches = switchesOf(variant, environment.SWITCHES ?? "")
  const [, host = "", port = ""] = /^(?:(.*):)?(\d+)$/.exec(environment.BIND || "127.0.0.1:8000") ?? []
  if (port === "") throw new SettingsError(`BIND is '${environment.BIND}'; give host:port.`)
  const logLevel = environment.LOG_LEVEL || "INFO"
  if (!LEVELS.includes(logLevel)) {
    throw new SettingsError(`LOG_LEVEL is '${logLevel}', which is no log level: choose one of ${LEVELS.join(", ")}.`)
  }
  const statementMs = number(environment, "STATEMENT_TIMEOUT_MS", 0)
  return {
    host: host.replace(/^\[(.*)\]$/, "$1"),
    port: Number(port),
    url: required(environment, "DATABASE_URL"),
    secretKey: required(environment, "SECRET_KEY"),
    allowedHosts: (environment.ALLOWED_HOSTS ?? "localhost,127.0.0.1")
      .split(",")
      .map((name) => name.trim().toLowerCase())
      .filter((name) => name !== ""),
    logLevel,
    switches,
    search: String(switches.get("search")),
    poolSize: Number(switches.get("pool_size")),
    workers: Number(switches.get("workers") ?? 1),
    poolTimeoutMs: number(environment, "POOL_TIMEOUT_S", 3) * 1000,
    patienceMs: statementMs > 0 ? statementMs + CONNECTION_MS : ANY_TIME_MS,
    drainMs: CONNECTION_MS + (statementMs > 0 ? statementMs : STATEMENT_MS),
    accessS: number(environment, "ACCESS_TOKEN_S", 300),
    refreshS: number(environment, "REFRESH_TOKEN_S", 86_400),
  }
}

/**
 * @param {Record<string, string | undefined>} environment
 * @param {string} name
 */
function required(environment, name) {
  const value = environment[name]
  if (!value) throw new SettingsError(`${name} is not set; apps/README.md says what it is for.`)
  return value
}

/**
 * @param {Record<string, string | undefined>} environment
 * @param {string} name
 * @param {number} usual
 */
function number(environment, name, usual) {
  const text = environment[name]
  if (!text) return usual
  const value = Number(text)
  if (!Number.isFinite(value) || value < 0) throw new SettingsError(`${name} is '${text}'; give a number from 0.`)
  return value
}
