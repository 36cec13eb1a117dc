// JSON Web Tokens by jose: HS256, a pair of access and refresh.
import { createSecretKey } from "node:crypto"
import { errors, jwtVerify, SignJWT } from "jose"
import { unauthorized } from "./refusals.js"

const ALGORITHM = "HS256"
// Nothing else is taken, though libraries would take padding.
const BEARER = /^bearer +([\w-]+\.[\w-]+\.[\w-]+) *$/i

/** Makes and reads tokens under one secret; lives are in seconds. */
export class Tokens {
  #key
  #lives

  /**
   * @param {string} secret
   * @param {{ accessS: number, refreshS: number }} lives
   */
  constructor(secret, { accessS, refreshS }) {
    this.#key = createSecretKey(Buffer.from(secret))
    this.#lives = { access: accessS, refresh: refreshS }
  }

  /** An access and a refresh token for a user. @param {string} username */
  async pair(username) {
    const now = Math.floor(Date.now() / 1000)
    const make = (/** @type {"access" | "refresh"} */ use) =>
      new SignJWT({ sub: username, use, iat: now, exp: now + this.#lives[use] })
        .setProtectedHeader({ alg: ALGORITHM, typ: "JWT" })
        .sign(this.#key)
    return { access: await make("access"), refresh: await make("refresh") }
  }

  /**
   * Whom the access token of an Authorization header speaks for; throws a 401.
   * @param {string | undefined} authorization
   */
  async username(authorization) {
    const token = BEARER.exec(authorization ?? "")?.[1]
    if (token === undefined) throw unauthorized("no_token")
    try {
      const { payload } = await jwtVerify(token, this.#key, {
        algorithms: [ALGORITHM],
        requiredClaims: ["exp", "iat", "sub"],
      })
      if (payload.use === "access") return String(payload.sub)
    } catch (error) {
      if (!(error instanceof errors.JOSEError)) throw error
    }
    throw unauthorized("no_token")
  }
}
