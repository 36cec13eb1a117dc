// A change of a contact, with what is wrong told in the contract's order.
import { valuesOf } from "./bodies.js"

/**
 * Change a contact as a body says: that there is no such contact is told before what its fields lack.
 * @param {import("./reader.js").Reader} reader
 * @param {import("./writer.js").Writer} writer
 * @param {string} id
 * @param {unknown} body
 */
export async function changed(reader, writer, id, body) {
  /** @type {Record<string, any>} */
  let values
  try {
    values = valuesOf("contact", body, { partial: true })
  } catch (refusal) {
    await reader.one(id)
    throw refusal
  }
  return writer.change(id, values)
}
