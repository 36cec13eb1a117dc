// Tokens: given for a password, and asked for where an address is protected.
import { Body, Controller, Get, Headers, HttpCode, Inject, Post } from "@nestjs/common"
import type { Parts } from "../../core/node/parts.js"
import { Tokens } from "../../core/node/tokens.js"
import { PARTS } from "./parts.js"
import { type Values, ValuesPipe } from "./requests.js"

@Controller("/api/auth/")
export class TokensController {
  constructor(
    private readonly tokens: Tokens,
    @Inject(PARTS) private readonly parts: Parts,
  ) {}

  @Post("token/")
  @HttpCode(200)
  create(@Body(new ValuesPipe("credentials")) values: Values) {
    return this.parts.logIn(values)
  }

  @Get("me/")
  async me(@Headers("authorization") authorization: string | undefined) {
    return { username: await this.tokens.username(authorization) }
  }
}
