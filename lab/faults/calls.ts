import { setTimeout as sleep } from 'node:timers/promises';
import type { HttpBindings } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { Context, MiddlewareHandler } from 'hono';
import type { Faults } from './faults.ts';

type Bound = { Bindings: HttpBindings };

/** How one platform words its own trouble. */
export interface Wording {
  /** The platform's 429, with the headers a client reads. */
  rateLimit(c: Context, retryAfterSeconds: number): Response;
  error(c: Context, status: number): Response;
}

export interface CallGate {
  /** Goes before everything else of the app. */
  readonly middleware: MiddlewareHandler<Bound>;
  /** Calls to the platform so far, broken ones included. */
  calls(): number;
}

const cut = (c: Context<Bound>): Response => {
  c.env.incoming.socket.destroy();
  return RESPONSE_ALREADY_SENT;
};

/** Replaces an answer that was already made; Hono merges the headers of the old one otherwise. */
const replace = (c: Context, response: Response): void => {
  c.res = undefined;
  c.res = response;
};

/** Counts the calls to a platform and breaks those the faults name. `namesOf` answers null for what is no call to the platform. */
export const createCallGate = (
  faults: Faults,
  namesOf: (c: Context) => readonly string[] | null,
  wording: Wording,
): CallGate => {
  let calls = 0;
  return {
    calls: () => calls,
    middleware: async (c, next) => {
      const names = namesOf(c);
      if (!names) return next();
      calls += 1;
      const fault = faults.pick('call', ...names);
      switch (fault?.fault) {
        case 'rate_limit':
          return wording.rateLimit(c, fault.retryAfterSeconds);
        case 'error':
          return wording.error(c, fault.status);
        case 'overloaded':
          return wording.error(c, 529);
        case 'cut':
          return cut(c);
        case 'applied_then_error':
          await next();
          return replace(c, wording.error(c, fault.status));
        case 'applied_then_cut':
          await next();
          return replace(c, cut(c));
        case 'delay':
          await sleep(fault.ms, undefined, { ref: false });
          return next();
        default:
          return next();
      }
    },
  };
};
