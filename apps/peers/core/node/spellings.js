// How values are written: one spelling of each kind. A reader gives the value as PostgreSQL reads it, or throws Misspelt.
import { contract, sentence, whole } from "./contract.js"

/** A value that is not as the contract has it; its message is a sentence. */
export class Misspelt extends Error {}

const { kinds } = contract
const ID = whole(kinds.id.pattern)
const COUNT = whole(kinds.count.pattern)
const DATE = whole(kinds.date.pattern)
const TIME = whole(kinds.time.pattern)
const MONTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
const FIRST_MS = Date.parse("0001-01-01T00:00:00.000Z")
const LAST_MS = Date.parse("9999-12-31T23:59:59.999Z")
// As many digits as a number holds exactly; a count that is longer is as good as endless.
const EXACT_DIGITS = 15

/** The contract's choice of genders. @type {string[]} */
export const GENDERS = kinds.gender.values
const NO_GENDER = sentence("gender", { choices: GENDERS.join(", ") })

/**
 * A whole number within ±`most`, in its shortest digits.
 * @param {string} text
 * @param {bigint} most
 */
export function number(text, most) {
  if (!ID.test(text)) throw new Misspelt(sentence("whole_number"))
  const value = BigInt(text)
  if (value > most || -value > most) throw new Misspelt(sentence("whole_number_within", { most }))
  return String(value)
}

/** A whole number from 1; what no number holds exactly is told as the largest that is exact. @param {string} text */
export function count(text) {
  if (!COUNT.test(text)) throw new Misspelt(sentence("count"))
  const digits = text.replace(/^0+/, "")
  return digits.length > EXACT_DIGITS ? Number.MAX_SAFE_INTEGER : Number(digits)
}

/** `true` or `false`. @param {string} text */
export function flag(text) {
  if (!kinds.flag.values.includes(text)) throw new Misspelt(sentence("flag"))
  return text === "true"
}

/** M, F or O. @param {string} text */
export function gender(text) {
  if (!GENDERS.includes(text)) throw new Misspelt(NO_GENDER)
  return text
}

/** A date as YYYY-MM-DD. @param {string} text */
export function day(text) {
  if (!DATE.test(text)) throw new Misspelt(sentence("date"))
  if (!exists(text)) throw new Misspelt(sentence("no_such_day"))
  return text
}

/** A time with its offset, UTC where it names none. @param {string} text */
export function time(text) {
  if (!TIME.test(text)) throw new Misspelt(sentence("time"))
  const offset = /Z$|[+-]\d\d:\d\d$/.exec(text)
  const local = offset ? text.slice(0, offset.index) : text
  const [seconds, fraction = ""] = local.split(".")
  const minutes = offset && offset[0] !== "Z" ? Number(offset[0].slice(1, 3)) * 60 + Number(offset[0].slice(4)) : 0
  if (!exists(text.slice(0, 10))) throw new Misspelt(sentence("no_such_time"))
  const ms = Date.parse(`${seconds}Z`) - (offset?.[0][0] === "-" ? -minutes : minutes) * 60_000
  const micros = Number(fraction.padEnd(6, "0"))
  // The first and the last microsecond are out, which drivers take for infinity.
  const first = ms === FIRST_MS && micros === 0
  const last = ms === LAST_MS - 999 && micros === 999_999
  if (ms < FIRST_MS || ms > LAST_MS || first || last) throw new Misspelt(sentence("no_such_time"))
  return offset ? text : `${text}Z`
}

/** Whether there is such a day, written as YYYY-MM-DD. @param {string} text */
function exists(text) {
  const year = Number(text.slice(0, 4))
  const month = Number(text.slice(5, 7))
  const inMonth = month === 2 && (year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)) ? 29 : MONTHS[month - 1]
  const date = Number(text.slice(8, 10))
  return year >= 1 && inMonth !== undefined && date >= 1 && date <= inMonth
}

/**
 * Kind of a field → what reads a filter's value of it.
 * @type {Record<string, (text: string) => string>}
 */
export const READERS = {
  text: (text) => text,
  gender,
  id: (text) => number(text, BigInt(kinds.id.most)),
  points: (text) => number(text, BigInt(kinds.points.most)),
  date: day,
  time,
}
