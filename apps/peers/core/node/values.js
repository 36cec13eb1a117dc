// A field's value in a body, read as contract.toml describes the field.
import { contract, sentence, whole } from "./contract.js"
import { day, GENDERS, Misspelt, time } from "./spellings.js"
import { characters, cut, longer, unstorable } from "./texts.js"

/**
 * @typedef {Record<string, any>} Table
 * @typedef {{ found?: unknown, wrong?: unknown }} Outcome what was read, or what is wrong with it
 * @typedef {(value: unknown) => Outcome} Read
 */

const NO_TEXT = "Give a text."
const NO_LIST = "Give a list."
/** Texts of a contact are cut also where the contract gives no longest. */
const CUT = new Set(["contact", "address"])

/**
 * What reads a field.
 * @param {string} body
 * @param {string} name
 * @param {Table} spec
 * @returns {Read}
 */
export function readerOf(body, name, spec) {
  if (spec.list) return listReader(name, spec)
  const read = KINDS[spec.kind]?.(spec, name, body)
  if (!read) throw new Error(`contract.toml: ${body}.${name} is of the unknown kind ${spec.kind}.`)
  return (value) => {
    try {
      return { found: read(value) }
    } catch (error) {
      if (!(error instanceof Misspelt)) throw error
      return { wrong: [error.message] }
    }
  }
}

/** Kind → what makes a reader of its values. @type {Record<string, (spec: Table, name: string, body: string) => (value: unknown) => unknown>} */
const KINDS = {
  text: textReader,
  gender: () => (value) => {
    if (typeof value === "string" && GENDERS.includes(value)) return value
    throw new Misspelt(sentence("gender", { choices: GENDERS.join(", ") }))
  },
  date: dateReader,
  time: () => (value) => {
    if (typeof value !== "string") throw new Misspelt(sentence("time_as_text"))
    return time(value)
  },
  id: numberReader,
  points: numberReader,
  whole: numberReader,
}

/**
 * @param {Table} spec
 * @param {string} name
 * @param {string} body
 */
function textReader({ longest, least = 0, most, pattern }, name, body) {
  const isCut = longest !== undefined || CUT.has(body)
  const matches = pattern === undefined ? null : whole(pattern)
  const misfit = sentence(Object.hasOwn(contract.messages, name) ? name : "bad_request")
  const largest = longest ?? most ?? Infinity
  return (/** @type {unknown} */ value) => {
    if (typeof value !== "string") throw new Misspelt(NO_TEXT)
    const text = isCut ? cut(value) : value
    if (text === "" && (isCut || least > 0)) throw new Misspelt(sentence("blank"))
    if (longer(text, largest)) throw new Misspelt(sentence("too_long", { most: largest }))
    if (least > 1 && characters(text) < least) throw new Misspelt(misfit)
    const trouble = unstorable(text)
    if (trouble) throw new Misspelt(sentence(trouble))
    if (matches && !matches.test(text)) throw new Misspelt(misfit)
    return text
  }
}

/** @param {Table} spec */
function dateReader({ after, past }) {
  return (/** @type {unknown} */ value) => {
    if (typeof value !== "string") throw new Misspelt(sentence("date"))
    const date = day(value)
    // Texts of dates stand in the order of their days.
    if (after && date <= after) throw new Misspelt(sentence("birthday_too_early"))
    if (past && date > new Date().toISOString().slice(0, 10)) throw new Misspelt(sentence("birthday_in_the_future"))
    return date
  }
}

/** @param {Table} spec */
function numberReader({ kind, least, most = contract.kinds[kind]?.most }) {
  const smallest = least ?? -most
  return (/** @type {unknown} */ value) => {
    // Comparing holds for BigInt too, in which very large numbers come.
    const isWhole = typeof value === "bigint" || (typeof value === "number" && Number.isInteger(value))
    if (!isWhole) throw new Misspelt(sentence("whole_number"))
    if (value < smallest || value > most) {
      throw new Misspelt(sentence("whole_number_between", { least: smallest, most }))
    }
    return value
  }
}

/**
 * @param {string} name
 * @param {Table} spec
 * @returns {Read}
 */
function listReader(name, { list, least = 0, most, characters: limits }) {
  const read = readerOf(list, name, { kind: list, ...limits })
  return (value) => {
    if (!Array.isArray(value)) return { wrong: [NO_LIST] }
    if (value.length > most) return { wrong: [sentence("too_many_values", { most })] }
    if (value.length < least) return { wrong: [sentence("required")] }
    const items = value.map(read)
    const wrong = items.flatMap((item, place) => (item.wrong === undefined ? [] : [[String(place), item.wrong]]))
    if (wrong.length > 0) return { wrong: Object.fromEntries(wrong) }
    return { found: items.map((item) => item.found) }
  }
}
