import assert from "node:assert/strict"
import { test } from "node:test"
import { onlyJson, parsed } from "../json.js"
import { Refusal } from "../refusals.js"

/** @param {string | Buffer} text */
const read = (text) => parsed(Buffer.from(text))

test("a whole number is one that is written so", () => {
  assert.deepEqual(read('{"a": 5, "b": 5.0, "c": 5e0, "d": 50e-1}'), { a: 5, b: NaN, c: NaN, d: NaN })
})

test("digits past 2^53 are kept", () => {
  assert.deepEqual(read("[9223372036854775807, -9007199254740993, 9007199254740991]"), [
    9223372036854775807n,
    -9007199254740993n,
    9007199254740991,
  ])
})

test("digits in texts are none of its business", () => {
  assert.deepEqual(read('{"a": "5.0", "b": "12345678901234567890"}'), { a: "5.0", b: "12345678901234567890" })
})

test("what is no JSON of UTF-8 is refused", () => {
  const wrong = ["", "{", "\ufeff{}", '{"a": NaN}', Buffer.from([0x22, 0xff, 0x22]), `[${"9".repeat(5000)}]`, "[".repeat(9e4)]
  for (const body of wrong) {
    assert.throws(() => read(body), (error) => error instanceof Refusal && error.status === 400)
  }
})

test("a media type may have any parameters, and nothing else before them", () => {
  for (const good of ["application/json", "Application/JSON; charset=latin-1", "application/json;;"]) onlyJson(good)
  for (const bad of [undefined, "", "text/json", "application/json, text/plain", "application/jsonx"]) {
    assert.throws(() => onlyJson(bad), (error) => error instanceof Refusal && error.status === 415)
  }
})
