// Django's stored passwords: `pbkdf2_sha256$iterations$salt$base64`.
import { pbkdf2, timingSafeEqual } from "node:crypto"
import { promisify } from "node:util"

const ALGORITHM = "pbkdf2_sha256"
const BYTES = 32
// As many as Django 5.2 takes: a name that nobody has costs as much as a wrong password.
const NOBODYS = `${ALGORITHM}$1000000$nobody$`
// Runs on libuv's threads, and leaves the event loop free.
const derived = promisify(pbkdf2)

/**
 * Whether a password is the stored one.
 * @param {string} password
 * @param {string | null} stored
 */
export async function matches(password, stored) {
  const [algorithm, iterations, salt, digest] = (stored ?? NOBODYS).split("$")
  // One that cannot be used begins with an exclamation mark.
  if (algorithm !== ALGORITHM || salt === undefined || digest === undefined) return false
  const made = await derived(password, salt, Number(iterations), BYTES, "sha256")
  const wanted = Buffer.from(digest, "base64")
  return stored !== null && wanted.length === made.length && timingSafeEqual(made, wanted)
}
