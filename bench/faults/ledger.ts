import { numbersIn } from './answers.ts';
import { isEnded, isOffered, readOutputs, type Sentences } from './outputs.ts';
import type { ChannelName, Room } from './rooms.ts';

/** One message of a customer, and what was seen to become of it. Times are epoch milliseconds. */
export interface Said {
  readonly number: string;
  readonly channel: ChannelName;
  readonly saidAt: number;
  /** Which workers were up when it was said. */
  readonly workersUp: string;
  /** A worker took it from the platform: when that request came in, and when it was answered. */
  taken?: { readonly begunAt: number; readonly endedAt: number };
  firstTextAt?: number;
  /** The whole answer was on the screen, or as much of it as was asked for. */
  finalAt?: number;
  /** Told that there is no answer now. */
  toldAt?: number;
  /** In the desk's room, before the eyes of an agent. */
  handedAt?: number;
}

export interface Customer {
  readonly name: string;
  readonly channel: ChannelName;
  readonly room: Room;
  readonly said: Said[];
}

export interface Ledger {
  readonly customers: readonly Customer[];
  enter(customer: Omit<Customer, 'said'>): Customer;
  /** The customer is about to write this. */
  say(customer: Customer, number: string): void;
  /** Resolves when each of these has its answer, or it was told that there is none. */
  settled(numbers: readonly string[], waitMs: number): Promise<void>;
  taken(body: string, begunAt: number, endedAt: number): void;
  handed(text: string): void;
  counts(): { readonly said: number; readonly settled: number };
}

const isSettled = (one: Said): boolean => (one.finalAt ?? one.toldAt ?? one.handedAt) !== undefined;

/** What a number looks like inside a body: a form writes `#` as `%23`. */
const decode = (body: string): string => body.replaceAll('%23', '#');

/** Writes down what customers say and see, while they do. */
export const createLedger = (sentences: Sentences, workersUp: () => string): Ledger => {
  const customers: Customer[] = [];
  const byNumber = new Map<string, Said>();
  const waiting = new Set<() => void>();
  const tell = (): void => {
    for (const look of waiting) look();
  };

  const look = ({ room, said }: Customer): void => {
    const now = Date.now();
    const toldBefore = said.filter((one) => one.toldAt !== undefined).length;
    let tells = 0;
    const outputs = readOutputs(room.shown(), sentences);
    for (const [index, output] of outputs.entries()) {
      // The rest of an answer can be asked for only until the next one is there.
      const isLeft = isOffered(output) && index < outputs.length - 1;
      if (output.kind === 'told') tells += 1;
      if (output.kind !== 'answer') continue;
      for (const one of output.numbers.flatMap((number) => byNumber.get(number) ?? [])) {
        one.firstTextAt ??= now;
        if (isEnded(output) || isLeft) one.finalAt ??= now;
      }
    }
    if (tells > toldBefore) for (const one of said) if (!isSettled(one)) one.toldAt = now;
    tell();
  };

  return {
    customers,
    enter: (given) => {
      const customer: Customer = { ...given, said: [] };
      customers.push(customer);
      customer.room.onChange(() => look(customer));
      return customer;
    },
    say: ({ said, channel }, number) => {
      const one: Said = { number, channel, saidAt: Date.now(), workersUp: workersUp() };
      said.push(one);
      byNumber.set(number, one);
    },
    settled: (numbers, waitMs) =>
      new Promise((resolve) => {
        const end = (): void => {
          clearTimeout(timer);
          waiting.delete(check);
          resolve();
        };
        const check = (): void => {
          if (numbers.every((number) => byNumber.has(number) && isSettled(byNumber.get(number)!))) end();
        };
        const timer = setTimeout(end, waitMs);
        waiting.add(check);
        check();
      }),
    taken: (body, begunAt, endedAt) => {
      for (const number of numbersIn(decode(body))) {
        const one = byNumber.get(number);
        if (one) one.taken ??= { begunAt, endedAt };
      }
    },
    handed: (text) => {
      for (const number of numbersIn(text)) {
        const one = byNumber.get(number);
        if (one) one.handedAt ??= Date.now();
      }
      tell();
    },
    counts: () => ({ said: byNumber.size, settled: [...byNumber.values()].filter(isSettled).length }),
  };
};
