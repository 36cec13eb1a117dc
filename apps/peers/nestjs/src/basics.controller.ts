// What a request costs without a database.
import { Body, Controller, Get, HttpCode, Post } from "@nestjs/common"
import { items, primeCount } from "../../core/node/basics.js"
import { basicsCount } from "../../core/node/parameters.js"
import { OwnQuery, RawQuery, type Values, ValuesPipe } from "./requests.js"

@Controller("/api/basics/")
export class BasicsController {
  @Get("json/")
  @OwnQuery()
  json(@RawQuery() query: string) {
    return { items: items(basicsCount(query, "items")) }
  }

  @Post("echo/")
  @HttpCode(200)
  echo(@Body(new ValuesPipe("echo")) values: Values) {
    return values
  }

  @Get("cpu/")
  @OwnQuery()
  cpu(@RawQuery() query: string) {
    const n = basicsCount(query, "n")
    return { n, primes: primeCount(n) }
  }
}
