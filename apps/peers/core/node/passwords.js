// Django's stored passwords: `pbkdf2_sha256$iterations$salt$base64`.
import { pbkdf2, timingSafeEqual } from "node:crypto"
import { promisify } from "node:util"

const ALGORITHM = "pbkdf2_sha256"
const BYTES = 32
// As many as Django 5.2 takes: a name that nobody has costs as much as a wrong password.
const NOBODYS = `${ALGORITHM}$1000000$nobody$`
// Of the four threads on which libuv hashes; the others stay free for tokens and for names of hosts, which wait there too.
const AT_ONCE = 2
const derived = promisify(pbkdf2)

let free = AT_ONCE
/** @type {(() => void)[]} */
const waiting = []

/**
 * Whether a password is the stored one. Takes its time on a thread, as it must, and leaves the event loop free.
 * @param {string} password
 * @param {string | null} stored
 */
export async function matches(password, stored) {
  const [algorithm, iterations, salt, digest] = (stored ?? NOBODYS).split("$")
  // One that cannot be used begins with an exclamation mark.
  if (algorithm !== ALGORITHM || salt === undefined || digest === undefined) return false
  const made = await inTurn(() => derived(password, salt, Number(iterations), BYTES, "sha256"))
  const wanted = Buffer.from(digest, "base64")
  return stored !== null && wanted.length === made.length && timingSafeEqual(made, wanted)
}

/**
 * @template Result
 * @param {() => Promise<Result>} work
 */
async function inTurn(work) {
  if (free > 0) free--
  else await new Promise((/** @type {(value?: unknown) => void} */ resolve) => waiting.push(resolve))
  try {
    return await work()
  } finally {
    const next = waiting.shift()
    if (next) next()
    else free++
  }
}
