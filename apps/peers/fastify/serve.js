// Serves HTTP on `$BIND`.
import { partsOf } from "../core/node/parts.js"
import { serve } from "../core/node/service.js"
import { makeApp } from "./app.js"

await serve(new URL("variant.toml", import.meta.url), async (settings) => {
  const parts = partsOf(settings)
  const app = makeApp(parts, settings.switches.get("schemas") === "on")
  await app.ready()
  return { server: app.server, close: () => app.close().then(parts.close) }
})
