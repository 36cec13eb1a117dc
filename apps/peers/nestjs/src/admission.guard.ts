// What a request must be before its handler is asked, in the contract's order of refusals.
import { type CanActivate, type ExecutionContext, Injectable } from "@nestjs/common"
import { Reflector } from "@nestjs/core"
import { split } from "../../core/node/addresses.js"
import { Hosts } from "../../core/node/hosts.js"
import { onlyJson } from "../../core/node/json.js"
import { none } from "../../core/node/query.js"
import { asked, OWN_QUERY } from "./requests.js"

const WITH_BODY = new Set(["POST", "PATCH"])

/** Admits requests to a host of ours, without parameters that nobody reads, and with JSON where they bring a body. */
@Injectable()
export class AdmissionGuard implements CanActivate {
  constructor(
    private readonly hosts: Hosts,
    private readonly reflector: Reflector,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    const request = asked(context)
    request.origin = this.hosts.origin(request.headers.host)
    if (!this.reflector.get<boolean | undefined>(OWN_QUERY, context.getHandler())) none(split(request.url)[1])
    if (WITH_BODY.has(request.method)) onlyJson(request.sentAs)
    return true
  }
}
