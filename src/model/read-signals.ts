import { z } from 'zod';

import { type ModelStream, sentiments, type Signals } from '#core/model.ts';

/** Begins the last line of an answer, which is for us and never shown. */
const marker = '@@@';
const begins = /(?:^|\n)[ \t]*(?:```\w+[ \t]*\n[ \t]*)?@@@[ \t]*\{/;
/** What may still become that line: from its line break on. */
const mayBegin = /(?:^|\n)[ \t]*(?:`{0,3}|```\w+[ \t]*\n?[ \t]*)@{0,3}[ \t]*$/;
const brokenOff = /\n?[ \t]*@{1,3}[ \t]*$/;

/** Longest line that is read: it is a few words. */
const lineLengthMax = 1000;

const shape = z.object({
  // A few words of ours and no more: what a person wrote has no place in it.
  intent: z
    .string()
    .regex(/^[a-z][a-z _-]{1,39}$/i)
    .nullable()
    .catch(null),
  sentiment: z.enum(sentiments).nullable().catch(null),
  needsHuman: z.boolean().catch(false),
  cites: z.array(z.number().int()).max(50).catch([]),
});

const parse = (line: string, places: ReadonlyMap<number, number>): Signals | null => {
  try {
    const { cites, ...read } = shape.parse(JSON.parse(line.slice(line.indexOf('{'), line.lastIndexOf('}') + 1)));
    return { ...read, cites: [...new Set(cites)].flatMap((number) => places.get(number) ?? []) };
  } catch {
    return null;
  }
};

/**
 * The stream of a model that tells what it noticed in a last line, without that line. Nothing of the answer waits for it, and an
 * answer without it is as good. `numbers`: the passages by the numbers they bear for the model.
 */
export async function* readSignals(stream: ModelStream, numbers: readonly number[]): ModelStream {
  const places = new Map(numbers.map((number, index) => [number, index + 1]));
  let held = '';
  let line: string | null = null;
  let step = await stream.next();
  try {
    for (; !step.done; step = await stream.next()) {
      if (line !== null) {
        line = (line + step.value).slice(0, lineLengthMax);
        continue;
      }
      const text = held + step.value;
      const begun = begins.exec(text);
      const at = begun?.index ?? mayBegin.exec(text)?.index ?? text.length;
      if (begun) line = text.slice(at);
      held = begun ? '' : text.slice(at);
      if (at > 0) yield text.slice(0, at);
    }
  } finally {
    if (!step.done) await stream.return(undefined as never);
  }
  const rest = held.includes(marker[0] ?? '') ? held.replace(brokenOff, '') : held;
  if (rest !== '') yield rest;
  const signals = line === null ? null : parse(line, places);
  return signals ? { ...step.value, signals } : step.value;
}
