// Whatever goes wrong, as the contract's JSON.
import { Refusal, refused } from "../core/node/refusals.js"
import { answer } from "./requests.js"

/**
 * What answers errors, and logs those that are nobody's refusal.
 * @param {import("../core/node/parts.js").Parts["log"]} log
 * @returns {import("express").ErrorRequestHandler}
 */
export function failed(log) {
  return (error, req, res, next) => {
    if (res.headersSent) return next(error)
    const refusal = refusalOf(error)
    if (refusal.status === 500) {
      const requestId = req.get("x-request-id")
      log.error(`Internal Server Error: ${req.path}`, { error, requestId })
    }
    answer(res.set(refusal.headers), refusal.body, refusal.status)
  }
}

/** @param {unknown} error */
function refusalOf(error) {
  if (error instanceof Refusal) return error
  // Of those that read a body: it is too large, or ended early.
  const status = /** @type {{ status?: number }} */ (error)?.status
  if (status !== undefined && status >= 400 && status < 500) return refused(status, "bad_request")
  return refused(500, "failed")
}
