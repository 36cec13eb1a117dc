// The two platforms, and what each does with a request before Nest has it: metrics, the address and its method, which
// Nest's routes tell less strictly than the contract, and the body's bytes, which pipes read.
import { ExpressAdapter, type NestExpressApplication } from "@nestjs/platform-express"
import { FastifyAdapter } from "@nestjs/platform-fastify"
import type { IncomingMessage, ServerResponse } from "node:http"
import type { Socket } from "node:net"
import { addressOf, plain, split } from "../../core/node/addresses.js"
import { LARGEST_BODY } from "../../core/node/contract.js"
import { record, UNMATCHED } from "../../core/node/metrics.js"
import { notAllowed, notFound } from "../../core/node/refusals.js"

// What nginx notes for a client that left before the answer.
const CLIENT_LEFT = 499
const JSON_TYPE = "application/json"
// Longer than any target that Node takes: what is too long for an id is no id, and not another kind of error.
const LONGEST_PARAMETER = 16_384

type Request = IncomingMessage & { url: string; sentAs?: string | undefined }

/** Express. */
export function onExpress(): ExpressAdapter {
  const adapter = new PlainExpress()
  const express = adapter.getInstance<NestExpressApplication>()
  express.disable("x-powered-by")
  express.disable("etag")
  adapter.set("query parser", false)
  adapter.use((request: Request, response: ServerResponse, next: (error?: unknown) => void) => {
    const [path, query] = split(request.url)
    const address = plain(path)
    measured(request, response, address)
    if (address !== path) request.url = query === "" ? address : `${address}?${query}`
    request.sentAs = request.headers["content-type"]
    // Nothing here has a validator, and yet `If-None-Match: *` would make a 304 of any answer.
    delete request.headers["if-none-match"]
    // Express would inflate, and refuse what it cannot; the contract takes a body as it is.
    delete request.headers["content-encoding"]
    next(refusalOf(address, request.method))
  })
  adapter.useBodyParser("raw", false, { type: () => true, limit: LARGEST_BODY })
  return adapter
}

/** Fastify. */
export function onFastify(): FastifyAdapter {
  const adapter = new FastifyAdapter({
    bodyLimit: LARGEST_BODY,
    return503OnClosing: false,
    clientErrorHandler: unreadable,
    // An address that is no percent-encoded UTF-8, for which Fastify has no route and no hooks.
    frameworkErrors: (_error: unknown, _request: unknown, reply: any) => {
      const { status, body } = notFound()
      reply.code(status).header("content-type", JSON_TYPE).send(Buffer.from(JSON.stringify(body)))
    },
    // Nest leaves the slash at the end of a route out; the hook below refuses what lacks it.
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: LONGEST_PARAMETER, querystringParser: () => ({}) },
  })
  const fastify = adapter.getInstance()
  fastify.decorateRequest("sentAs", undefined)
  fastify.decorateRequest("origin", undefined)
  fastify.addHook("onRequest", (request, reply, done) => {
    const path = plain(split(request.url)[0])
    measured(request.raw, reply.raw, path)
    Object.assign(request, { sentAs: request.headers["content-type"] })
    // Whatever it is sent as, pipes read the bytes.
    request.headers["content-type"] = "application/octet-stream"
    done(refusalOf(path, request.method))
  })
  fastify.addHook("preSerialization", (_request, reply, payload, done) => {
    reply.header("content-type", JSON_TYPE)
    done(null, payload)
  })
  adapter.useBodyParser("*", false, { bodyLimit: LARGEST_BODY })
  return adapter
}

/** Express, with JSON sent as such. Its own `json` adds a charset to a media type that has none. */
class PlainExpress extends ExpressAdapter {
  override reply(response: ServerResponse, body: unknown, status?: number): unknown {
    if (typeof body !== "object" || body === null) return super.reply(response, body, status)
    if (status !== undefined) response.statusCode = status
    response.setHeader("Content-Type", JSON_TYPE)
    return response.end(JSON.stringify(body))
  }
}

/** Counts and times a request. */
function measured(request: IncomingMessage, response: ServerResponse, path: string): void {
  const started = performance.now()
  response.once("close", () => {
    const status = response.writableFinished ? response.statusCode : CLIENT_LEFT
    record(request.method, addressOf(path)?.address ?? UNMATCHED, status, performance.now() - started)
  })
}

/** Why an address does not answer a method, if it does not. */
function refusalOf(path: string, method: string | undefined): Error | undefined {
  const known = addressOf(path)
  if (known === undefined) return notFound()
  return known.methods.includes(method ?? "") ? undefined : notAllowed(method, known.methods)
}

/** Answers bytes that are no HTTP; as Fastify does not, it says that the connection is closed with it. */
function unreadable(error: Error & { code?: string }, socket: Socket): void {
  if (error.code !== "ECONNRESET" && socket.writable) {
    socket.write("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")
  }
  socket.destroy(error)
}
