// What an experiment may vary: the table stands in the peer's variant.toml, and `SWITCHES` overrides its defaults.
import { readFileSync } from "node:fs"
import { parse } from "smol-toml"

/** The environment asks for what does not exist or makes no sense; the message is one sentence. */
export class SettingsError extends Error {}

/**
 * The value of every switch.
 * @param {URL} variant the peer's variant.toml
 * @param {string} text `name=value,…`
 * @returns {Map<string, string>}
 */
export function switchesOf(variant, text) {
  const table = /** @type {Record<string, any>} */ (parse(readFileSync(variant, "utf8")))
  const found = new Map(/** @type {[string, string][]} */ (Object.entries(table.switches)))
  const given = new Set()
  for (const item of text.split(",").map((part) => part.trim())) {
    if (item === "") continue
    const [name = "", value = ""] = item.split(/=(.*)/s, 2).map((part) => part.trim())
    if (!found.has(name)) {
      throw new SettingsError(`SWITCHES: there is no switch '${name}'; the switches are ${[...found.keys()].join(", ")}.`)
    }
    const trouble = unfit(table.values[name], value)
    if (trouble) throw new SettingsError(`SWITCHES: ${name} cannot be '${value}'; ${trouble}.`)
    if (given.has(name)) throw new SettingsError(`SWITCHES: ${name} is given twice; keep one of them.`)
    given.add(name)
    found.set(name, value)
  }
  return found
}

/**
 * What to choose instead of a value, where it does not stand among the values: a list of words, or `1..64`.
 * @param {string | string[]} values
 * @param {string} value
 */
function unfit(values, value) {
  if (Array.isArray(values)) return values.includes(value) ? null : `choose one of ${values.join(", ")}`
  const [lowest, highest] = values.split("..").map(Number)
  // One spelling a number, so that equal switches are equal text.
  const fits = /^(0|[1-9]\d*)$/.test(value) && Number(value) >= Number(lowest) && Number(value) <= Number(highest)
  return fits ? null : `choose a whole number from ${lowest} to ${highest}`
}
