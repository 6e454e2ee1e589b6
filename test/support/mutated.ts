import fc from 'fast-check';

/** What platforms, and whoever pretends to be one, may put where something else belongs. */
const strange = fc.oneof(
  fc.constantFrom(null, true, false, 0, -1, 1e308, '', ' ', '\u0000', '\ud800', '__proto__', [], {}, [[]], { id: {} }),
  fc.string({ maxLength: 20, unit: 'binary' }),
  fc.jsonValue({ maxDepth: 2 }),
);

/** Not by `toString`, which may be made up as well. */
export const asText = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));

type Step = (value: unknown, pick: number, put: unknown) => unknown;

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** Goes down into a value by one number and changes it where it stops. */
const at = (value: unknown, pick: number, change: (found: unknown) => unknown): unknown => {
  const keys = isObject(value) ? Object.keys(value) : [];
  const key = keys[pick % (keys.length + 1)];
  if (key === undefined || !isObject(value)) return change(value);
  const copy = (Array.isArray(value) ? [...value] : { ...value }) as Record<string, unknown>;
  copy[key] = at(copy[key], Math.floor(pick / (keys.length + 1)), change);
  return copy;
};

const steps: readonly Step[] = [
  (value, pick, put) => at(value, pick, () => put),
  (value, pick, put) => at(value, pick, (found) => (isObject(found) ? { ...found, unknown_field: put } : [found, put])),
  (value, pick) =>
    at(value, pick, (found) => (isObject(found) ? Object.fromEntries(Object.entries(found).slice(1)) : undefined)),
  (value, pick) => at(value, pick, (found) => (Array.isArray(found) ? [...found, ...found] : `${asText(found)}x`)),
];

/** Payloads of a platform with one to four things in them changed, taken away, doubled or made up. */
export const mutated = (payloads: readonly unknown[]): fc.Arbitrary<unknown> =>
  fc
    .tuple(
      fc.constantFrom(...payloads),
      fc.array(fc.tuple(fc.nat({ max: steps.length - 1 }), fc.nat({ max: 2 ** 30 }), strange), {
        minLength: 1,
        maxLength: 4,
      }),
    )
    .map(([payload, changes]) =>
      changes.reduce<unknown>((value, [step, pick, put]) => steps[step]?.(value, pick, put), payload),
    );
