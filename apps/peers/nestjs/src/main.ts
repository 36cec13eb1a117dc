// Serves HTTP on `$BIND`.
import "reflect-metadata"
import { NestFactory } from "@nestjs/core"
import { FastifyAdapter } from "@nestjs/platform-fastify"
import { partsOf } from "../../core/node/parts.js"
import { serve } from "../../core/node/service.js"
import { AppModule } from "./app.module.js"
import { onExpress, onFastify } from "./platforms.js"

await serve(new URL("../variant.toml", import.meta.url), async (settings) => {
  const parts = partsOf(settings)
  const adapter = settings.switches.get("adapter") === "fastify" ? onFastify() : onExpress()
  const app = await NestFactory.create(AppModule.of(parts), adapter, { bodyParser: false, logger: false })
  await app.init()
  // As Nest's own `listen` would.
  if (adapter instanceof FastifyAdapter) await adapter.getInstance().ready()
  return { server: app.getHttpServer(), close: () => app.close().then(parts.close) }
})
