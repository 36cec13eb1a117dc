import assert from "node:assert/strict"
import { test } from "node:test"
import { matches } from "../passwords.js"

// As Python's hashlib has it.
const STORED = "pbkdf2_sha256$1000$salt$dfSRijeR6ljlQrWTCNTEgNoIMbIhtOlv3O2By3M4Hms="

test("a password matches what Django stored of it, and no other does", async () => {
  assert.equal(await matches("Ťest pässword", STORED), true)
  assert.equal(await matches("test password", STORED), false)
})

test("more than fit at once get their turn", async () => {
  const all = await Promise.all(Array.from({ length: 9 }, (_, n) => matches(n % 2 ? "Ťest pässword" : "x", STORED)))
  assert.deepEqual(all, [false, true, false, true, false, true, false, true, false])
})

test("nobody's password, and one that cannot be used, match nothing", async () => {
  assert.equal(await matches("", null), false)
  assert.equal(await matches("", "!unusable"), false)
})
