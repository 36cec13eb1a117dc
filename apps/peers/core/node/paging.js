// The contract's envelope around a page: by number, with an exact count.
import { refused } from "./refusals.js"

/** @typedef {import("./parameters.js").Listing} Listing */

/**
 * Whether nothing stands on a page; throws a 404 for one past the end, since page 1 of nothing is an empty page.
 * @param {Listing} listing
 * @param {number} count
 */
export function beyond({ page, pageSize }, count) {
  if (page === 1) return count === 0
  if ((page - 1) * pageSize >= count) throw refused(404, "no_page")
  return false
}

/**
 * @template Contact
 * @param {Listing} listing
 * @param {number} count
 * @param {Contact[]} results
 * @param {string} base the address that was asked, absolute
 * @param {string} query that led to this page
 */
export function envelope({ page, pageSize }, count, results, base, query) {
  // Contacts may have gone since they were counted.
  if (page > 1 && results.length === 0) throw refused(404, "no_page")
  return {
    count,
    next: page * pageSize < count ? link(base, query, page + 1) : null,
    previous: page > 1 ? link(base, query, page - 1) : null,
    results,
  }
}

/**
 * @param {string} base
 * @param {string} query
 * @param {number} page
 */
function link(base, query, page) {
  const kept = query.split("&").filter((part) => part !== "" && !part.startsWith("page="))
  return `${base}?${[...kept, `page=${page}`].join("&")}`
}
