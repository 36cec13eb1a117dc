// Addresses as the contract writes them.

const ENCODED = /%([0-9a-f]{2})/gi
const UNRESERVED = /[\w.~-]/

/** What a contact's id is in an address: ASCII digits, however many. */
export const ID = /^[0-9]+$/

/**
 * A path with what need not be percent-encoded in it written plainly, as RFC 3986 has it: `/api/%63ontacts/` is
 * `/api/contacts/`. What stays encoded is in no address of the contract.
 * @param {string} path
 */
export function plain(path) {
  if (!path.includes("%")) return path
  return path.replace(ENCODED, (/** @type {string} */ all, /** @type {string} */ hex) => {
    const character = String.fromCharCode(Number.parseInt(hex, 16))
    return UNRESERVED.test(character) ? character : all
  })
}

/**
 * The path and the query of a request's target.
 * @param {string} target
 * @returns {[string, string]}
 */
export function split(target) {
  const mark = target.indexOf("?")
  return mark < 0 ? [target, ""] : [target.slice(0, mark), target.slice(mark + 1)]
}
