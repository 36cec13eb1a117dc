// Whatever goes wrong, as the contract's JSON.
import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Inject } from "@nestjs/common"
import { HttpAdapterHost } from "@nestjs/core"
import type { Parts } from "../../core/node/parts.js"
import { Refusal, refused } from "../../core/node/refusals.js"
import type { Asked } from "./requests.js"
import { PARTS } from "./parts.js"

/** Answers errors, and logs those that are nobody's refusal. */
@Catch()
export class RefusalFilter implements ExceptionFilter {
  constructor(
    private readonly adapters: HttpAdapterHost,
    @Inject(PARTS) private readonly parts: Parts,
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp()
    const { headers, url } = http.getRequest<Asked>()
    const refusal = refusalOf(error)
    if (refusal.status === 500) {
      this.parts.log.error(`Internal Server Error: ${url}`, { error, requestId: headers["x-request-id"] })
    }
    const { httpAdapter } = this.adapters
    const response = http.getResponse()
    for (const [name, value] of Object.entries(refusal.headers)) httpAdapter.setHeader(response, name, value)
    httpAdapter.reply(response, refusal.body, refusal.status)
  }
}

function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error
  // Nest's, Express's and Fastify's own, of a body: it is too large, or ended early.
  const { status, statusCode } = error as { status?: number; statusCode?: number }
  const told = error instanceof HttpException ? error.getStatus() : (status ?? statusCode ?? 500)
  return told >= 400 && told < 500 ? refused(told, told === 404 ? "not_found" : "bad_request") : refused(500, "failed")
}
