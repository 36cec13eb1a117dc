// Texts as the contract counts and cuts them: by characters and by Unicode's blanks, where JavaScript's own `length`
// counts halves of surrogate pairs, and its `trim` cuts a byte order mark but neither U+0085 nor U+001C to U+001F.
const BLANK = /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/
const BETWEEN = new RegExp(`${BLANK.source}+`)

/** A text without the blanks at its ends. @param {string} text */
export function cut(text) {
  // Not by a pattern that ends in `+$`, whose time grows with the square of the blanks in the middle.
  let [start, end] = [0, text.length]
  while (start < end && BLANK.test(text.charAt(start))) start++
  while (end > start && BLANK.test(text.charAt(end - 1))) end--
  return text.slice(start, end)
}

/** What stands between blanks. @param {string} text */
export function words(text) {
  return text.split(BETWEEN).filter((word) => word !== "")
}

/** How many characters a text has. @param {string} text */
export function characters(text) {
  let pairs = 0
  for (let place = 0; place < text.length - 1; place++) {
    const unit = text.charCodeAt(place)
    if (unit >= 0xd800 && unit <= 0xdbff) {
      const next = text.charCodeAt(place + 1)
      if (next >= 0xdc00 && next <= 0xdfff) {
        pairs++
        place++
      }
    }
  }
  return text.length - pairs
}

/**
 * Whether a text has more than so many characters; counts only where that is in doubt.
 * @param {string} text
 * @param {number} most
 */
export function longer(text, most) {
  return text.length > most && characters(text) > most
}

/**
 * The message that says why PostgreSQL cannot store a text, or null.
 * @param {string} text
 * @returns {"nul" | "surrogate" | null}
 */
export function unstorable(text) {
  if (text.includes("\0")) return "nul"
  return text.isWellFormed() ? null : "surrogate"
}
