import assert from "node:assert/strict"
import { test } from "node:test"
import { listingOf } from "../parameters.js"
import { Refusal } from "../refusals.js"
import { Statements } from "../statements.js"

/** @param {Record<string, string>} given */
const listing = (given) => listingOf(new Map(Object.entries(given)))

test("an ordering ends in the id, in the direction of its last field", () => {
  const named = (/** @type {string} */ ordering) =>
    listing({ ordering }).ordering.map(({ field, descending }) => `${descending ? "-" : ""}${field.name}`)
  assert.deepEqual(named("first_name,-birthday"), ["first_name", "-birthday", "-id"])
  assert.deepEqual(named("id,created"), ["id"])
  assert.deepEqual(named(""), ["-created", "-id"])
})

test("all that is wrong is named at once", () => {
  assert.throws(
    () => listing({ id: "x", gender: "X", page: "0", nothing: "1", first_name: "a" }),
    (error) => error instanceof Refusal && Object.keys(error.body).join() === "id,gender,page,nothing",
  )
})

test("values are arguments, and wildcards are taken literally", () => {
  const { text, values } = new Statements("trigram").page(listing({ first_name__icontains: "50%_'", id__in: "07,-0" }))
  assert.match(text, /UPPER\(u\.first_name::text\) LIKE UPPER\(\$1::text\) AND u\.id = ANY\(\(\$2::text\[\]\)::bigint\[\]\)/)
  assert.deepEqual(values, ["%50\\%\\_'%", ["7", "0"], 50])
})

test("the longest term drives a search that trigrams serve", () => {
  const by = (/** @type {string} */ search) => new Statements(search).count(listing({ search: "ab longest" })).text
  assert.match(by("trigram"), /u\.id IN \(SELECT u\.id FROM app_user u WHERE .* UNION ALL /)
  assert.doesNotMatch(by("substring"), /UNION/)
})

test("only what comes with every request is prepared", () => {
  const statements = new Statements("trigram")
  assert.equal(statements.page(listing({ ordering: "birthday" })).name, "listing_0")
  assert.equal(statements.page(listing({ ordering: "birthday", page_size: "7" })).name, "listing_0")
  assert.equal(statements.page(listing({ first_name: "a" })).name, undefined)
})
