import { checkFaultScript, strikesAt, type Fault, type FaultScript, type Point, type ServerName } from './script.ts';

interface Active {
  readonly rule: Fault;
  readonly matches: (name: string) => boolean;
  readonly random: () => number;
  seen: number;
  fired: number;
}

export interface Faults {
  /** Switches a script on from now, or all faults off. Throws one sentence when the script is wrong. */
  set(script: FaultScript | null): void;
  /** The fault for one call or event, known by one or more names, or null. Every rule that matches has seen it; the first that strikes wins. */
  pick(point: Point, ...names: string[]): Fault | null;
  /** How often each rule struck, as `method fault`; a rule that never did shows 0. */
  fired(): Record<string, number>;
}

/** Mulberry32: small, fast, and the same everywhere. */
const createRandom = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
};

const withoutSlash = (name: string): string => name.replace(/^([A-Z]+ )?\//, '$1');

/** A matcher of names; a leading slash counts for nothing, and a lone `*` takes every name. */
const matcherOf = (glob: string): ((name: string) => boolean) => {
  if (glob === '*') return () => true;
  const source = withoutSlash(glob)
    .replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&')
    .replaceAll(/\*+/g, (stars) => (stars.length > 1 ? '.*' : '[^/]*'));
  const pattern = new RegExp(`^${source}$`);
  return (name) => pattern.test(withoutSlash(name));
};

/**
 * The faults of one server. Each rule draws from a generator of its own, seeded by the script and the rule's place in it: what happens on one
 * method or one server never shifts the chances of another, so the same seed and the same calls give the same faults.
 */
export const createFaults = (server: ServerName, now: () => number = () => Date.now()): Faults => {
  let active: Active[] = [];
  let switchedOnAt = 0;

  const strikes = (one: Active): boolean => {
    const { after, times, probability, fromMs, untilMs } = one.rule;
    const elapsedMs = now() - switchedOnAt;
    if (elapsedMs < fromMs || elapsedMs >= (untilMs ?? Infinity)) return false;
    one.seen += 1;
    const isLucky = one.random() < probability;
    return isLucky && one.seen > after && one.fired < (times ?? Infinity);
  };

  return {
    set(script) {
      const { seed, rules } = script === null ? { seed: 0, rules: [] } : checkFaultScript(script);
      switchedOnAt = now();
      active = rules.flatMap((rule, index) =>
        rule.server === server || rule.server === '*'
          ? [{ rule, matches: matcherOf(rule.method), random: createRandom(seed * 7919 + index), seen: 0, fired: 0 }]
          : [],
      );
    },
    pick(point, ...names) {
      const striking = active.filter(
        (one) => strikesAt(server, point, one.rule.fault) && names.some((name) => one.matches(name)) && strikes(one),
      );
      const [first] = striking;
      if (!first) return null;
      first.fired += 1;
      return first.rule;
    },
    fired() {
      const counts: Record<string, number> = {};
      for (const { rule, fired } of active) {
        const key = `${rule.method} ${rule.fault}`;
        counts[key] = (counts[key] ?? 0) + fired;
      }
      return counts;
    },
  };
};
