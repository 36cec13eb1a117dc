// What handlers ask of a request, whichever platform it came by.
import { createParamDecorator, type ExecutionContext, Injectable, type PipeTransform, SetMetadata } from "@nestjs/common"
import { split } from "../../core/node/addresses.js"
import { valuesOf } from "../../core/node/bodies.js"
import { parsed } from "../../core/node/json.js"

/** What is used of a request: Express's and Fastify's both have it. */
export interface Asked {
  method: string
  url: string
  headers: Record<string, string | undefined>
  /** The media type as it was sent. */
  sentAs?: string | undefined
  /** Where the client believes us to be; the guard sets it. */
  origin?: string
}

/** Values of a body, of which the contract says what they are. */
export type Values = Record<string, any>

type Body = Parameters<typeof valuesOf>[0]

export const OWN_QUERY = Symbol("own query")

/** Marks a handler that reads the query; any other knows no parameter. */
export const OwnQuery = () => SetMetadata(OWN_QUERY, true)

/** The request behind a context. */
export function asked(context: ExecutionContext): Asked {
  return context.switchToHttp().getRequest<Asked>()
}

/** The query, as it was sent. */
export const RawQuery = createParamDecorator((_: unknown, context: ExecutionContext) => split(asked(context).url)[1])

/** Scheme and host that the client named. */
export const Origin = createParamDecorator((_: unknown, context: ExecutionContext) => asked(context).origin)

/** A body's bytes → the value of its JSON. */
@Injectable()
export class JsonPipe implements PipeTransform<Uint8Array | undefined, unknown> {
  transform(body: Uint8Array | undefined): unknown {
    return parsed(body)
  }
}

/** A body's bytes → its values, as the contract describes a body of this name. */
@Injectable()
export class ValuesPipe implements PipeTransform<Uint8Array | undefined, Values> {
  constructor(private readonly name: Body) {}

  transform(body: Uint8Array | undefined): Values {
    return valuesOf(this.name, parsed(body))
  }
}
