import assert from "node:assert/strict"
import { test } from "node:test"
import { valuesOf } from "../bodies.js"
import { Refusal } from "../refusals.js"
import { time } from "../rows.js"
import { Misspelt, number, time as spelled } from "../spellings.js"
import { characters, cut } from "../texts.js"

/** @param {() => unknown} ask */
function wrong(ask) {
  try {
    ask()
  } catch (error) {
    if (error instanceof Refusal) return error.body
    throw error
  }
  return assert.fail("Nothing was refused.")
}

test("blanks are Unicode's, and a byte order mark is none", () => {
  assert.equal(cut("\u001f\u0085\u3000a b\u00a0"), "a b")
  assert.equal(cut("\ufeff"), "\ufeff")
  assert.equal(cut(" \t"), "")
})

test("a character outside the first plane is one", () => {
  assert.equal(characters("😀a\ud800"), 3)
})

test("a time is within the years 1 to 9999 of UTC, but for the first and the last microsecond", () => {
  for (const text of ["0001-01-01T00:00:00.000001Z", "9999-12-31T23:59:59.999998", "2020-02-29T10:00:00+15:59"]) spelled(text)
  const none = ["0001-01-01T00:00:00Z", "0001-01-01T15:59:00+15:59", "9999-12-31T23:59:59.999999Z", "2021-02-29T10:00:00Z"]
  for (const text of [...none, "9999-12-31T23:59:59-00:01", "2020-01-05T24:00:00Z"]) {
    assert.throws(() => spelled(text), Misspelt)
  }
  assert.equal(spelled("2020-01-05T10:00:00"), "2020-01-05T10:00:00Z")
})

test("a number keeps all its digits", () => {
  assert.equal(number("-9223372036854775807", 9223372036854775807n), "-9223372036854775807")
  assert.throws(() => number("9223372036854775808", 9223372036854775807n), Misspelt)
})

test("PostgreSQL's times become the contract's, in whatever zone the session is", () => {
  assert.equal(time("2021-03-04 05:06:07+00"), "2021-03-04T05:06:07Z")
  assert.equal(time("2021-03-04 05:06:07.12+00"), "2021-03-04T05:06:07.120000Z")
  assert.equal(time("2021-01-01 00:30:00.000001+05:45"), "2020-12-31T18:45:00.000001Z")
  assert.equal(time("1890-01-01 00:00:00-00:53:28"), "1890-01-01T00:53:28Z")
})

test("what is wrong stands under its name, within what holds it", () => {
  const body = { first_name: " ", gender: "X", address: { street: 5 }, relationship: { points: NaN, last_activity: null } }
  const said = /** @type {Record<string, any>} */ (wrong(() => valuesOf("contact", body)))
  assert.deepEqual(Object.keys(said).sort(), [
    "address",
    "birthday",
    "first_name",
    "gender",
    "last_name",
    "phone_number",
    "relationship",
  ])
  assert.deepEqual(Object.keys(said.address), ["street", "street_number", "city", "city_code", "country"])
  assert.deepEqual(Object.keys(said.relationship), ["points", "last_activity"])
  const tags = { name: "a", code: "ABC-1234", quantity: 1, tags: ["a", 5, "\0"] }
  assert.deepEqual(Object.keys(/** @type {any} */ (wrong(() => valuesOf("echo", tags))).tags), ["1", "2"])
})

test("a part of a contact has only what was sent", () => {
  const part = { last_name: " Ťest ", address: { city: "Łódź" }, relationship: null, unknown: 1, id: "x" }
  assert.deepEqual(valuesOf("contact", part, { partial: true }), {
    last_name: "Ťest",
    address: { city: "Łódź" },
    relationship: null,
  })
})
