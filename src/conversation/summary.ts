import { identifiersIn } from '#core/identifiers.ts';
import { emptySummary, type Summary, type SummaryChange } from '#core/summary.ts';

/** Characters of one line. */
const lineLengthMax = 240;

const sameAs = (line: string): string =>
  line
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
const toLine = (line: string): string => line.replaceAll(/\s+/g, ' ').trim().slice(0, lineLengthMax);

/** The sentences of people in which an identifier stands that no line has: kept as they are, whatever the model left out. */
const missed = (said: readonly string[], lines: readonly string[]): string[] => {
  const kept = lines.join('\n');
  return said.flatMap((text) =>
    text
      .split(/(?<=[.!?])\s+|\n+/)
      .filter((sentence) => identifiersIn(sentence).some((found) => !kept.includes(found)))
      .map((sentence) => `They wrote: ${sentence}`),
  );
};

const add = (old: readonly string[], more: readonly string[], settled: ReadonlySet<string>): string[] => {
  const lines = new Map<string, string>();
  for (const line of [...old, ...more.map(toLine)]) {
    const key = sameAs(line);
    if (key !== '' && !settled.has(key) && !lines.has(key)) lines.set(key, line);
  }
  return [...lines.values()];
};

type Kind = keyof Summary;
const kinds: readonly Kind[] = ['facts', 'open', 'promises', 'decisions'];
const countIn = (summary: Summary, count: (text: string) => number): number =>
  kinds.flatMap((kind) => summary[kind]).reduce((sum, line) => sum + count(line), 0);

/** What goes first where there is too much: plain facts, then decisions, then the rest; always the oldest. */
const leastNeeded = (summary: Summary): { readonly kind: Kind; readonly at: number } => {
  const plain = summary.facts.findIndex((line) => identifiersIn(line).length === 0);
  if (plain >= 0) return { kind: 'facts', at: plain };
  const kind = (['decisions', 'facts', 'open', 'promises'] as const).find((one) => summary[one].length > 0) ?? 'facts';
  return { kind, at: 0 };
};

export interface MergeBounds {
  readonly tokensMax: number;
  readonly count: (text: string) => number;
}

/**
 * A summary with what messages add to it. Only what is settled, or has no room, leaves it: a model that forgets a line takes nothing
 * away. `said` are the person's own words in the messages.
 */
export const mergeSummary = (
  old: Summary,
  change: SummaryChange,
  said: readonly string[],
  { tokensMax, count }: MergeBounds,
): Summary => {
  const settled = new Set(change.settled.map(sameAs));
  const none = new Set<string>();
  const more = [...change.facts, ...change.open, ...change.promises, ...change.decisions];
  const facts = [...change.facts, ...missed(said, [...old.facts, ...old.decisions, ...more])];
  let merged: Summary = {
    facts: add(old.facts, facts, none),
    open: add(old.open, change.open, settled),
    promises: add(old.promises, change.promises, settled),
    decisions: add(old.decisions, change.decisions, none),
  };
  while (countIn(merged, count) > tokensMax) {
    const { kind, at } = leastNeeded(merged);
    merged = { ...merged, [kind]: merged[kind].toSpliced(at, 1) };
  }
  return merged;
};

const isLines = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((line) => typeof line === 'string');

/** What was written down; notes of before, which were plain lines, become facts. */
export const readSummary = (text: string): Summary => {
  try {
    const read = JSON.parse(text) as Record<Kind, unknown>;
    const [facts, open, promises, decisions] = kinds.map((kind) => (isLines(read[kind]) ? read[kind] : []));
    return { facts: facts ?? [], open: open ?? [], promises: promises ?? [], decisions: decisions ?? [] };
  } catch {
    return { ...emptySummary, facts: text.split('\n').map(toLine).filter(Boolean) };
  }
};

export const writeSummary = (summary: Summary): string => JSON.stringify(summary);

const titles: Readonly<Record<Kind, string>> = {
  facts: 'Known',
  open: 'Still open',
  promises: 'Promised',
  decisions: 'Decided',
};

/** As a model reads it; null where there is nothing in it. */
export const renderSummary = (summary: Summary, episodes: readonly string[]): string | null => {
  const parts = [
    ...kinds.map((kind) => ({ title: titles[kind], lines: summary[kind] })),
    { title: 'Handled by people', lines: episodes },
  ].filter(({ lines }) => lines.length > 0);
  if (parts.length === 0) return null;
  return parts.map(({ title, lines }) => `${title}:\n${lines.map((line) => `- ${line}`).join('\n')}`).join('\n');
};
