// What stands beside the contract: probes and metrics.
import { Controller, Get, Header, Inject } from "@nestjs/common"
import { CONTENT_TYPE, exposition } from "../../core/node/metrics.js"
import type { Parts } from "../../core/node/parts.js"
import { Refusal } from "../../core/node/refusals.js"
import { PARTS } from "./parts.js"

@Controller()
export class BesideController {
  constructor(@Inject(PARTS) private readonly parts: Parts) {}

  @Get("/healthz")
  healthz() {
    return { status: "ok" }
  }

  @Get("/readyz")
  async readyz() {
    const { status, body } = await this.parts.readiness()
    if (status !== 200) throw new Refusal(status, body)
    return body
  }

  @Get("/metrics")
  @Header("content-type", CONTENT_TYPE)
  metrics() {
    return exposition()
  }
}
