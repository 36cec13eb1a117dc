// The module: controllers, what they are given, and what stands around each of them.
import { type DynamicModule, Module } from "@nestjs/common"
import { APP_FILTER, APP_GUARD } from "@nestjs/core"
import { Hosts } from "../../core/node/hosts.js"
import type { Parts } from "../../core/node/parts.js"
import { Reader } from "../../core/node/reader.js"
import { Tokens } from "../../core/node/tokens.js"
import { Writer } from "../../core/node/writer.js"
import { AdmissionGuard } from "./admission.guard.js"
import { BasicsController } from "./basics.controller.js"
import { BesideController } from "./beside.controller.js"
import { ContactsController } from "./contacts.controller.js"
import { PARTS } from "./parts.js"
import { RefusalFilter } from "./refusal.filter.js"
import { TokensController } from "./tokens.controller.js"

@Module({})
export class AppModule {
  /** The module over these parts. */
  static of(parts: Parts): DynamicModule {
    return {
      module: AppModule,
      controllers: [ContactsController, TokensController, BasicsController, BesideController],
      providers: [
        { provide: PARTS, useValue: parts },
        { provide: Reader, useValue: parts.reader },
        { provide: Writer, useValue: parts.writer },
        { provide: Tokens, useValue: parts.tokens },
        { provide: Hosts, useValue: parts.hosts },
        { provide: APP_GUARD, useClass: AdmissionGuard },
        { provide: APP_FILTER, useClass: RefusalFilter },
      ],
    }
  }
}
