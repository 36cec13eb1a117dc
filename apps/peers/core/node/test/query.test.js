import assert from "node:assert/strict"
import { test } from "node:test"
import { none, only, parameters } from "../query.js"
import { Refusal } from "../refusals.js"

/** @param {string} query */
const read = (query) => Object.fromEntries(parameters(query))

/** @param {() => unknown} ask */
function refusal(ask) {
  try {
    ask()
  } catch (error) {
    if (error instanceof Refusal) return error.body
    throw error
  }
  return assert.fail("Nothing was refused.")
}

test("the last of a name counts, and blanks are pluses", () => {
  assert.deepEqual(read("a=1&b=x+y%20z&&a=2&c"), { a: "2", b: "x y z", c: "" })
})

test("a percent sign without two digits is itself", () => {
  assert.deepEqual(read("a=%zz&b=100%&c=%u00e9"), { a: "%zz", b: "100%", c: "%u00e9" })
})

test("a byte order mark is a character", () => {
  assert.deepEqual(read("a=%EF%BB%BFx"), { a: "\ufeffx" })
})

test("what is no UTF-8 is refused, and so are too many", () => {
  for (const query of ["a=%ff", "a=%C3%28", "a=%ED%A0%80", "%ff=1", "a=ü", "a=1&".repeat(1000)]) {
    assert.deepEqual(Object.keys(refusal(() => parameters(query))), ["detail"])
  }
})

test("unknown ones are all named", () => {
  assert.deepEqual(Object.keys(refusal(() => none("x=1&y"))), ["x", "y"])
  assert.deepEqual(Object.keys(refusal(() => only("n=5&x=1", "n"))), ["x"])
  assert.equal(only("n=5", "n"), "5")
})
