// Structured logs: one JSON object a line on stderr, as in every variant.
import { LEVELS } from "./settings.js"

/**
 * What writes lines from a level up.
 * @param {string} level
 * @param {string} name of the logger
 */
export function logger(level, name) {
  const least = LEVELS.indexOf(level)
  /**
   * @param {string} of
   * @param {string} message
   * @param {{ error?: unknown, requestId?: string | undefined }} [more]
   */
  function write(of, message, { error, requestId } = {}) {
    if (LEVELS.indexOf(of) < least) return
    const line = {
      time: new Date().toISOString(),
      level: of,
      logger: name,
      message,
      ...(requestId ? { request_id: requestId } : {}),
      ...(error === undefined ? {} : { exception: error instanceof Error ? error.stack : String(error) }),
    }
    process.stderr.write(`${JSON.stringify(line)}\n`)
  }
  return {
    /** @param {string} message */
    info: (message) => write("INFO", message),
    /**
     * @param {string} message
     * @param {{ error?: unknown, requestId?: string | undefined }} [more]
     */
    error: (message, more) => write("ERROR", message, more),
  }
}
