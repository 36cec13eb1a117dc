// The hosts that requests may name.
import { refused } from "./refusals.js"

/** Names, `.example.com` for all below it, or `*`. */
export class Hosts {
  #names
  #domains

  /** @param {string[]} allowed */
  constructor(allowed) {
    this.#names = new Set(allowed)
    this.#domains = allowed.filter((name) => name.startsWith("."))
  }

  /**
   * The origin that a Host header names, such as `http://example.com:8080`; throws a 400 for one that is not ours.
   * @param {string | undefined} header
   */
  origin(header) {
    const host = header ?? ""
    const bare = host.startsWith("[") ? host.slice(0, host.indexOf("]") + 1) : (host.split(":", 1)[0] ?? "")
    const name = bare.toLowerCase().replace(/\.$/, "")
    const ours =
      this.#names.has("*") ||
      this.#names.has(name) ||
      this.#domains.some((domain) => name === domain.slice(1) || name.endsWith(domain))
    if (!ours) throw refused(400, "bad_request")
    return `http://${host}`
  }
}
