import { findPersonalData } from '#guardrails/pii/find-personal-data.ts';

import { type Measured, readRows } from './measure.ts';

interface Span {
  readonly start: number;
  readonly end: number;
  readonly type: string;
}
interface Row {
  readonly text: string;
  readonly content?: string;
  readonly spans: readonly Span[];
}

/** The sets count code points, and texts are cut in UTF-16 units. */
const toUnits = (text: string, spans: readonly Span[]): Span[] => {
  const points = [...text];
  const unit = (at: number): number => points.slice(0, at).join('').length;
  return spans.map(({ start, end, type }) => ({ start: unit(start), end: unit(end), type }));
};

const isCovered = (text: string, { start, end }: Span, found: readonly Omit<Span, 'type'>[]): boolean => {
  for (let at = start; at < end; at += 1)
    if (/[\p{L}\p{N}]/u.test(text[at] ?? '') && !found.some((span) => span.start <= at && at < span.end)) return false;
  return true;
};

const structured = ['EMAIL', 'PHONE', 'CARD', 'IBAN', 'SSN', 'IP', 'SECRET', 'PASSWORD'];
const exact = new Set(['CARD', 'IBAN', 'SSN', 'SECRET']);

const measureSet = (
  set: string,
  rows: readonly Row[],
  wanted: { readonly address: number; readonly name: number },
): Measured[] => {
  const seen = rows.map(({ text, spans }) => ({ text, gold: toUnits(text, spans), found: findPersonalData(text) }));
  const recall = (types: readonly string[]): Pick<Measured, 'hits' | 'of'> => {
    const all = seen.flatMap(({ text, gold, found }) =>
      gold.filter(({ type }) => types.includes(type)).map((span) => isCovered(text, span, found)),
    );
    return { hits: all.filter(Boolean).length, of: all.length };
  };
  const found = seen.flatMap((row) =>
    row.found.map((span) => row.gold.some((one) => one.start < span.end && span.start < one.end)),
  );
  return [
    { goal: 'P1', what: 'structured, covered', set, least: 0.97, ...recall(structured) },
    ...structured
      .map((type): Measured => ({
        goal: 'P1',
        what: `${type}, covered`,
        set,
        least: exact.has(type) ? 0.99 : 0.95,
        ...recall([type]),
      }))
      .filter(({ of }) => of > 0),
    { goal: 'P1', what: 'found, and labelled', set, least: 0.97, hits: found.filter(Boolean).length, of: found.length },
    { goal: 'P2', what: 'NAME, covered', set, least: wanted.name, ...recall(['NAME', 'PERSON']) },
    { goal: 'P3', what: 'ADDRESS, covered', set, least: wanted.address, ...recall(['ADDRESS', 'STREET_ADDRESS']) },
  ];
};

const touched = (what: string, set: string, most: number, texts: readonly string[]): Measured => ({
  goal: 'P4',
  what,
  set,
  most,
  hits: texts.filter((text) => findPersonalData(text).length > 0).length,
  of: texts.length,
});

export const measurePersonalData = async (folder: string): Promise<Measured[]> => {
  const rows = readRows(folder);
  const texts = (file: string): string[] => rows<Row>(file).map(({ text, content }) => content ?? text);
  return [
    ...measureSet('support-chat', rows<Row>('pii/support-chat'), { address: 0.9, name: 0.7 }),
    ...measureSet('presidio', rows<Row>('pii/presidio-generated'), { address: 0.6, name: 0.75 }),
    ...measureSet('names in requests', rows<Row>('pii/names-in-requests'), { address: 0.6, name: 0.99 }),
    touched('clean questions touched', 'banking77', 0.001, texts('intents/banking77-train')),
    touched('clean questions touched', 'clinc150', 0.001, texts('intents/clinc150-train')),
    touched('clean questions touched', 'bitext', 0.001, texts('intents/bitext-train')),
    touched('clean orders touched', 'orders', 0.002, texts('pii/orders-no-pii')),
    touched('clean articles touched', 'bank help center', 0.02, texts('knowledge/bank-help-center')),
  ];
};
