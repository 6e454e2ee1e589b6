import type { AskedType } from '#guardrails/pii/answer-slot.ts';
import { findPersonalData } from '#guardrails/pii/find-personal-data.ts';
import type { PersonalDataSpan } from '#guardrails/pii/personal-data.ts';

import { foldCount, foldOf } from '../injection/folds.ts';
import { readLabelled } from '../personal-data/data.ts';
import { trainTagger } from '../personal-data/train.ts';

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

type Find = (text: string, options?: { readonly asked?: readonly AskedType[] }) => PersonalDataSpan[];

const isCovered = (text: string, { start, end }: Span, found: readonly Omit<Span, 'type'>[]): boolean => {
  for (let at = start; at < end; at += 1)
    if (/[\p{L}\p{N}]/u.test(text[at] ?? '') && !found.some((span) => span.start <= at && at < span.end)) return false;
  return true;
};

const structured = ['EMAIL', 'PHONE', 'CARD', 'IBAN', 'SSN', 'IP', 'SECRET', 'PASSWORD'];
const exact = new Set(['CARD', 'IBAN', 'SSN', 'SECRET']);

const measureSet = (
  find: Find,
  set: string,
  rows: readonly Row[],
  wanted: { readonly address: number; readonly name: number },
): Measured[] => {
  const seen = rows.map(({ text, spans }) => ({ text, gold: toUnits(text, spans), found: find(text) }));
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
    { goal: 'P3', what: 'ADDRESS, covered', set, least: wanted.address, ...recall(['ADDRESS', 'ADDR']) },
  ];
};

const askedFor: Readonly<Record<string, AskedType>> = {
  NAME: 'NAME',
  SSN: 'SSN',
  ADDR: 'ADDRESS',
  EMAIL: 'EMAIL',
  ACCT: 'ACCOUNT',
  PHONE: 'PHONE',
};

/** The same replies, to the question that asked for what they hold. */
const measureReplies = (find: Find, rows: readonly Row[]): Measured[] =>
  Object.entries(askedFor).map(([type, asked]) => {
    const all = rows.flatMap(({ text, spans }) => {
      const found = find(text, { asked: [...new Set(spans.flatMap((span) => askedFor[span.type] ?? []))] });
      return toUnits(text, spans)
        .filter((span) => span.type === type)
        .map((span) => isCovered(text, span, found));
    });
    const goal = asked === 'NAME' ? 'P2' : '';
    return {
      goal,
      what: `${type}, covered, when it was asked for`,
      set: 'lower-case chat',
      ...(goal ? { least: 0.95 } : {}),
      hits: all.filter(Boolean).length,
      of: all.length,
    };
  });

const touched = (find: Find, what: string, set: string, most: number, texts: readonly string[]): Measured => ({
  goal: 'P4',
  what,
  set,
  most,
  hits: texts.filter((text) => find(text).length > 0).length,
  of: texts.length,
});

/**
 * Names and addresses are told by a model that has learned from these sets: each row is judged by one of five, which has not seen it.
 */
const createFind = (folder: string): Find => {
  const rows = readLabelled(folder).map((row) => ({ ...row, fold: foldOf(row.text) }));
  const models = Array.from({ length: foldCount }, (_, fold) => {
    console.error(`personal data: fold ${fold + 1} of ${foldCount}`);
    return trainTagger(rows.filter((row) => row.fold !== fold));
  });
  return (text, options = {}) => {
    const tags = models[foldOf(text)];
    return findPersonalData(text, { ...options, ...(tags ? { tags } : {}) });
  };
};

export const measurePersonalData = async (folder: string): Promise<Measured[]> => {
  const rows = readRows(folder);
  const find = createFind(folder);
  const requests = rows<Row>('pii/names-in-requests');
  const names = requests.flatMap(({ text, spans }) => spans.map(({ start, end }) => text.slice(start, end)));
  const clean = (file: string): string[] =>
    rows<Row>(file)
      .map(({ text, content }) => content ?? text)
      .filter((text) => !names.some((name) => text.includes(name)));
  const replies = rows<Row>('pii/bare-answers');
  return [
    ...measureSet(find, 'support-chat', rows<Row>('pii/support-chat'), { address: 0.9, name: 0.7 }),
    ...measureSet(find, 'presidio', rows<Row>('pii/presidio-generated'), { address: 0.6, name: 0.75 }),
    ...measureSet(find, 'names in requests', requests, { address: 0.6, name: 0.99 }),
    ...measureSet(find, 'lower-case chat', replies, { address: 0.6, name: 0.7 }).filter(({ goal }) => goal === 'P2'),
    ...measureReplies(find, replies),
    touched(find, 'clean questions touched', 'banking77', 0.001, clean('intents/banking77-train')),
    touched(find, 'clean questions touched', 'bitext', 0.001, clean('intents/bitext-train')),
    touched(find, 'questions touched, some with names', 'clinc150', 0.002, clean('intents/clinc150-train')),
    touched(find, 'clean orders touched', 'orders', 0.002, clean('pii/orders-no-pii')),
    touched(find, 'clean articles touched', 'bank help center', 0.02, clean('knowledge/bank-help-center')),
  ];
};
