import dns from 'node:dns';

import { afterEach, expect, vi } from 'vitest';

type Lookup = typeof dns.lookup;
/** A look-up that answers for this machine only, and knows which other names it was asked for. */
type Guarded = Lookup & { readonly outside: string[] };

const isHere = (name: unknown): boolean => /^localhost$|^[\d.]+$|:/.test(String(name));

const guard = (lookup: Lookup): Guarded => {
  const outside: string[] = [];
  const guarded = (name: string, ...rest: unknown[]): void => {
    if (isHere(name)) return void Reflect.apply(lookup, dns, [name, ...rest]);
    outside.push(name);
    const answer = rest.at(-1) as (error: Error) => void;
    process.nextTick(() => answer(Object.assign(new Error(`A test asks for ${name}.`), { code: 'ENOTFOUND' })));
  };
  return Object.assign(guarded, { outside }) as unknown as Guarded;
};

// Files share their worker, and so what one of them leaves behind. Where no name server answers, a few looks at names of the
// world keep all others waiting, `localhost` too: they fail at once.
const guarded = 'outside' in dns.lookup ? (dns.lookup as Guarded) : guard(dns.lookup);
dns.lookup = guarded;

// One second is the runner's own patience, and too little for a busy machine: as much as a polled expectation has.
const { waitFor } = vi;
vi.waitFor = (work, options = 10_000) => waitFor(work, options);

afterEach(() => {
  // A clock that one test set stands still for no other.
  vi.useRealTimers();
  expect(guarded.outside.splice(0), 'names that tests asked the world for').toEqual([]);
});
