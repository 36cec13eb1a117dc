// Rows → the JSON of the contract. Rows are lists of values in the order of FIELDS, read from PostgreSQL's text.

/** @typedef {any[]} Row */

/** OIDs of PostgreSQL's types → how their text is read; any other stays text. @type {Record<number, (text: string) => unknown>} */
const PARSERS = {
  // A bigint. Ids, counts and sums of points stay far below 2^53 here.
  20: Number,
  23: Number,
  1184: time,
}

/** What node-postgres asks for parsers: its own make a Date of a time, which has no microseconds. */
export const types = {
  /** @param {number} oid */
  getTypeParser(oid) {
    return PARSERS[oid] ?? same
  },
}

/** @param {string} text */
function same(text) {
  return text
}

/**
 * A time of PostgreSQL's, such as `2021-03-04 05:06:07.12+00`, as the contract has it: `2021-03-04T05:06:07.120000Z`.
 * @param {string} text
 */
export function time(text) {
  const utc = text.endsWith("+00") ? text : inUtc(text)
  const clock = `${utc.slice(0, 10)}T${utc.slice(11, 19)}`
  return utc.length > 22 ? `${clock}${utc.slice(19, -3).padEnd(7, "0")}Z` : `${clock}Z`
}

/** The same time at offset zero, from a session in another zone. @param {string} text */
function inUtc(text) {
  const parts = /^(\S+) ([\d:]+)(\.\d+)?([+-])(\d\d):?(\d\d)?:?(\d\d)?$/.exec(text)
  if (!parts) throw new Error(`${text} is no time of PostgreSQL's ISO style.`)
  const [, day, clock, fraction = "", sign, hours = 0, minutes = 0, seconds = 0] = parts
  const offset = (Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)
  const ms = Date.parse(`${day}T${clock}Z`) - (sign === "-" ? -offset : offset) * 1000
  return `${new Date(ms).toISOString().slice(0, 19).replace("T", " ")}${fraction}+00`
}

/** A row as the contract's contact. @param {Row} row */
export function contact(row) {
  return {
    id: row[0],
    first_name: row[1],
    last_name: row[2],
    gender: row[3],
    customer_id: row[4],
    phone_number: row[5],
    birthday: row[6],
    created: row[7],
    last_updated: row[8],
    address:
      row[9] === null
        ? null
        : {
            id: row[9],
            street: row[10],
            street_number: row[11],
            city: row[12],
            city_code: row[13],
            country: row[14],
          },
    relationship:
      row[15] === null ? null : { id: row[15], points: row[16], created: row[17], last_activity: row[18] },
  }
}

/** The contract's `stats`, of the row of STATS. @param {Row} row */
export function stats([contacts, with_address, with_relationship, total, min, max]) {
  return { contacts, with_address, with_relationship, points: { total, min, max } }
}
