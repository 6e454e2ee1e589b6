import { parse } from 'yaml';
import { z } from 'zod';

export const serverNames = ['slack', 'teams', 'discord', 'twilio', 'anthropic', 'langfuse'] as const;
export type ServerName = (typeof serverNames)[number];

/**
 * Where a fault strikes: a `call` of the bot to the platform, the `stream` of a model's answer, a `delivery` of the platform to the bot
 * (an `invoke` when the platform waits for its answer), or the standing `connection` (gateway, socket) that events travel on.
 */
export type Point = 'call' | 'stream' | 'delivery' | 'invoke' | 'connection';

const count = z.int().positive();
const wait = z.int().nonnegative();
const status = z.int().min(400).max(599);

const when = {
  server: z.enum([...serverNames, '*']),
  // A glob over the names of calls and events, such as `chat.*`, `POST /channels/*/messages`, `events/message`. `*` stops at a slash, `**` does not.
  method: z.string().min(1).default('**'),
  probability: z.number().min(0).max(1).default(1),
  // Strikes at most so often.
  times: count.optional(),
  // Lets so many pass first.
  after: wait.default(0),
  // Since the script was switched on.
  fromMs: wait.default(0),
  untilMs: wait.optional(),
};

const rule = <Name extends string, Shape extends z.ZodRawShape>(fault: Name, shape: Shape) =>
  z.strictObject({ ...when, fault: z.literal(fault), ...shape });

const ruleSchema = z.discriminatedUnion('fault', [
  rule('rate_limit', { retryAfterSeconds: z.number().positive().default(1) }),
  rule('error', { status: status.default(503) }),
  rule('overloaded', {}),
  rule('applied_then_error', { status: status.default(503) }),
  rule('applied_then_cut', {}),
  rule('cut', {}),
  rule('delay', { ms: wait }),
  rule('mid_stream_error', {
    afterChars: wait.default(20),
    type: z.enum(['overloaded_error', 'api_error']).default('overloaded_error'),
  }),
  rule('cut_stream', { afterChars: wait.default(20) }),
  rule('stall', { afterChars: wait.default(0) }),
  rule('ping', { count: count.default(1) }),
  rule('duplicate', { copies: count.default(1) }),
  rule('redeliver_new_id', {}),
  rule('reorder', { heldMs: wait.default(2000) }),
  rule('reconnect', {}),
  rule('invalid_session', { resumable: z.boolean().default(false) }),
  rule('refresh', {}),
  rule('drop', { code: z.int().min(4000).max(4999).optional() }),
]);

/** One rule with every default filled in. */
export type Fault = z.output<typeof ruleSchema>;
export type FaultName = Fault['fault'];
export type FaultRule = z.input<typeof ruleSchema>;
/** The rules, or the rules with the seed of their chances. */
export type FaultScript = readonly FaultRule[] | { readonly seed?: number; readonly rules: readonly FaultRule[] };

const callFaults: readonly FaultName[] = ['rate_limit', 'error', 'cut', 'delay'];
const appliedFaults: readonly FaultName[] = ['applied_then_error', 'applied_then_cut'];
const deliveryFaults: readonly FaultName[] = ['duplicate', 'delay', 'reorder'];

/** What can go wrong where. A model's answer is streamed away by its handler, so nothing can be broken after it was applied. */
const known: Readonly<Record<ServerName, Readonly<Partial<Record<Point, readonly FaultName[]>>>>> = {
  slack: {
    call: [...callFaults, ...appliedFaults],
    delivery: deliveryFaults,
    connection: ['refresh', 'drop'],
  },
  teams: {
    call: [...callFaults, ...appliedFaults],
    delivery: deliveryFaults,
    invoke: [...deliveryFaults, 'redeliver_new_id'],
  },
  discord: { call: [...callFaults, ...appliedFaults], connection: ['reconnect', 'invalid_session', 'drop'] },
  twilio: { call: [...callFaults, ...appliedFaults], delivery: deliveryFaults },
  anthropic: {
    call: [...callFaults, 'overloaded'],
    stream: ['mid_stream_error', 'cut_stream', 'stall', 'ping'],
  },
  langfuse: { call: [...callFaults, ...appliedFaults] },
};

export const strikesAt = (server: ServerName, point: Point, fault: FaultName): boolean =>
  known[server][point]?.includes(fault) ?? false;

const knows = (server: ServerName, fault: FaultName) =>
  Object.values(known[server]).some((list) => list.includes(fault));

const scriptSchema = z.preprocess(
  (given) => (Array.isArray(given) ? { rules: given } : given),
  z.strictObject({
    seed: z.int().default(1),
    rules: z.array(
      ruleSchema.refine(({ server, fault }) => server === '*' || knows(server, fault), {
        error: ({ input }) => {
          const { server, fault } = input as Fault;
          return `${server} has no fault ${fault}`;
        },
      }),
    ),
  }),
);

export type CheckedFaultScript = z.output<typeof scriptSchema>;

/** Fills in the defaults. Throws one sentence that names every problem. */
export const checkFaultScript = (script: unknown): CheckedFaultScript => {
  const checked = scriptSchema.safeParse(script);
  if (checked.success) return checked.data;
  const problems = checked.error.issues.map(({ path, message }) =>
    path.length ? `${path.join('.')}: ${message}` : message,
  );
  throw new Error(`The fault script is wrong: ${problems.join('; ')}`);
};

/** Reads a script written as YAML or JSON. Throws one sentence. */
export const readFaultScript = (text: string): CheckedFaultScript => {
  let script: unknown;
  try {
    script = parse(text);
  } catch (error) {
    const [reason = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    throw new Error(`The fault script is neither YAML nor JSON: ${reason}`, { cause: error });
  }
  return checkFaultScript(script);
};
