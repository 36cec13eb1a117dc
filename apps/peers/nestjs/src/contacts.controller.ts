// Contacts: read, written, counted, and points moved between them.
import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post } from "@nestjs/common"
import { changed } from "../../core/node/changes.js"
import { Reader } from "../../core/node/reader.js"
import { Writer } from "../../core/node/writer.js"
import { JsonPipe, Origin, OwnQuery, RawQuery, type Values, ValuesPipe } from "./requests.js"

const LIST = "/api/contacts/"

@Controller(LIST)
export class ContactsController {
  constructor(
    private readonly reader: Reader,
    private readonly writer: Writer,
  ) {}

  @Get()
  @OwnQuery()
  list(@Origin() origin: string, @RawQuery() query: string) {
    return this.reader.page(`${origin}${LIST}`, query)
  }

  @Post()
  create(@Body(new ValuesPipe("contact")) values: Values) {
    return this.writer.create(values)
  }

  @Get("stats/")
  stats() {
    return this.reader.stats()
  }

  @Post("transfer/")
  @HttpCode(200)
  transfer(@Body(new ValuesPipe("transfer")) values: Values) {
    return this.writer.transfer(values)
  }

  @Get(":id/")
  one(@Param("id") id: string) {
    return this.reader.one(id)
  }

  @Patch(":id/")
  change(@Param("id") id: string, @Body(JsonPipe) body: unknown) {
    return changed(this.reader, this.writer, id, body)
  }

  @Delete(":id/")
  @HttpCode(204)
  remove(@Param("id") id: string) {
    return this.writer.remove(id)
  }
}
