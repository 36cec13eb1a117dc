#!/usr/bin/env bash
# @nestjs/platform-express 11.2.10 (with the Express 5.2.1 that it brings): `app.set("strict routing", true)` and
# `app.set("case sensitive routing", true)` do nothing, whenever they are called. Nest's `set` is documented as Express's
# own, and Express heeds both settings when they are made before the first route. But Nest's adapter puts a middleware
# into Express in its constructor, which makes Express's router with the settings of that moment. So addresses that
# differ by a slash at the end, or by case, go on being answered, and nothing says so. The settings count only on an
# Express application that is made and set by hand, and then handed to the adapter.
#
# Seen:
#   app.set: /items 200, /items/ 200, /ITEMS 200
#   set before the adapter: /items 200, /items/ 404, /ITEMS 404
#   Express alone, app.set: /items 200, /items/ 404, /ITEMS 404
# Exits with 1 if any of these lines differs. Needs node and npm.
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
cat >package.json <<'JSON'
{ "private": true }
JSON
npm install --silent --ignore-scripts --no-audit --no-fund --save-exact express@5.2.1 reflect-metadata@0.2.2 rxjs@7.8.2 \
  @nestjs/common@11.2.10 @nestjs/core@11.2.10 @nestjs/platform-express@11.2.10
cat >routes.cjs <<'JAVASCRIPT'
require("reflect-metadata")
const { Controller, Get, Module } = require("@nestjs/common")
const { NestFactory } = require("@nestjs/core")
const { ExpressAdapter } = require("@nestjs/platform-express")
const express = require("express")

class Items {
  all() {
    return "items"
  }
}
Get()(Items.prototype, "all", Object.getOwnPropertyDescriptor(Items.prototype, "all"))
Controller("items")(Items)
class App {}
Module({ controllers: [Items] })(App)

async function told(name, server) {
  const { port } = server.address()
  const seen = []
  for (const path of ["/items", "/items/", "/ITEMS"]) {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`)
    seen.push(`${path} ${answer.status}`)
  }
  console.log(`${name}: ${seen.join(", ")}`)
}

function strict(app) {
  app.set("strict routing", true)
  app.set("case sensitive routing", true)
}

async function nest(name, adapter, set) {
  const app = await NestFactory.create(App, adapter, { logger: false })
  set(app)
  await app.listen(0, "127.0.0.1")
  await told(name, app.getHttpServer())
  await app.close()
}

async function main() {
  await nest("app.set", new ExpressAdapter(), strict)
  const own = express()
  strict(own)
  await nest("set before the adapter", new ExpressAdapter(own), () => {})
  const alone = express()
  strict(alone)
  alone.get("/items", (request, response) => response.send("items"))
  const server = alone.listen(0, "127.0.0.1")
  await new Promise((listening) => server.once("listening", listening))
  await told("Express alone, app.set", server)
  server.close()
  server.closeAllConnections()
}

main()
JAVASCRIPT
said="$(node routes.cjs)"
echo "$said"
grep -qxF "app.set: /items 200, /items/ 200, /ITEMS 200" <<<"$said"
grep -qxF "set before the adapter: /items 200, /items/ 404, /ITEMS 404" <<<"$said"
grep -qxF "Express alone, app.set: /items 200, /items/ 404, /ITEMS 404" <<<"$said"
