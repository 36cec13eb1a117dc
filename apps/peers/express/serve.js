// Serves HTTP on `$BIND`.
import { createServer } from "node:http"
import { partsOf } from "../core/node/parts.js"
import { serve } from "../core/node/service.js"
import { makeApp } from "./app.js"

await serve(new URL("variant.toml", import.meta.url), async (settings) => {
  const parts = partsOf(settings)
  const app = makeApp(parts, { callbacks: settings.switches.get("style") === "callback" })
  return { server: createServer(app), close: parts.close }
})
