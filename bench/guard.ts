import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

import { createExit } from '#guardrails/exit.ts';
import { findHardTrigger } from '#guardrails/hard-trigger.ts';
import { scoreInjection } from '#guardrails/injection.ts';
import { findPersonalData } from '#guardrails/pii/find-personal-data.ts';
import { createPromptFinder } from '#guardrails/prompt-leak.ts';
import { createSentenceCheck } from '#guardrails/sentence-check.ts';
import { wantsHuman } from '#guardrails/wants-human.ts';
import { hostileSeeds } from '#test/support/hostile-seeds.ts';

import { quantile, round, toTable } from './table.ts';

export const usage = `npm run bench -- guard [--peers <folder>]

What the guardrails cost: a message coming in, a piece of an answer going out, hostile input. With --peers the packages
redact-pii and @openai/guardrails are measured in the same run, where they are installed in that folder:
npm install --prefix <folder> redact-pii@3.4.0 @openai/guardrails@0.2.1`;

const guards: Readonly<Record<string, (text: string) => unknown>> = {
  'personal data': (text) => findPersonalData(text),
  injection: (text) => scoreInjection(text),
  'wish for a person': wantsHuman,
  'hard triggers': findHardTrigger,
};
const all = (text: string): void => {
  for (const guard of Object.values(guards)) guard(text);
};

/** What a regular expression does with a message that never was more than letters: the yardstick of this machine. */
const yardstick = (text: string): unknown =>
  text.replaceAll(/[\w.+-]+@[\w-]+\.[\w.]+|\b(?:\d[ -]?){13,16}\b|\+?\d[\d ()-]{7,}\d/g, '[x]');

interface RedactPii {
  readonly SyncRedactor: new () => { redact(text: string): string };
}
interface OpenAiGuardrails {
  readonly PIIConfig: { parse(settings: object): object };
  pii(context: object, text: string, settings: object): Promise<unknown>;
}

const names = ['redact-pii', '@openai/guardrails'] as const;

/** What others do for personal data alone; not among our dependencies, since they bring hundreds. */
const openPeers = async (folder: string): Promise<Record<string, (text: string) => unknown>> => {
  const require = createRequire(join(resolve(folder), 'package.json'));
  const { SyncRedactor } = require(names[0]) as RedactPii;
  const redactor = new SyncRedactor();
  const file = join(dirname(require.resolve(names[1])), 'checks/pii.js');
  const { pii, PIIConfig } = (await import(pathToFileURL(file).href)) as OpenAiGuardrails;
  const settings = PIIConfig.parse({});
  return {
    [names[0]]: (text) => redactor.redact(text),
    [names[1]]: (text) => pii({}, text, settings),
  };
};

const helpPages = ['return-an-item', 'refunds', 'warranty-and-repairs', 'privacy-and-your-data'].map((name) =>
  readFileSync(new URL(`../lab/help-center/${name}.md`, import.meta.url), 'utf8'),
);

/** Messages of 500 characters, as people write them: about what is in the help pages, with their data in some. */
const messages = helpPages
  .join('\n')
  .replaceAll(/[#*|>`[\]()]/g, ' ')
  .match(/[\s\S]{440}/g)
  ?.map((text, index) =>
    (index % 2 ? `${text} I am Ana Torres, ana.torres@mail.example, +1 212 555 0147.` : text).padEnd(500, ' ok'),
  );

const timeUs = (work: () => void): number => {
  const began = performance.now();
  work();
  return (performance.now() - began) * 1000;
};

const measureEach = async (
  guard: (text: string) => unknown,
  texts: readonly string[],
  rounds: number,
): Promise<number[]> => {
  const times: number[] = [];
  for (let round_ = 0; round_ < rounds; round_ += 1)
    for (const text of texts) {
      const began = performance.now();
      await guard(text);
      times.push((performance.now() - began) * 1000);
    }
  return times.slice(times.length / 4);
};

const measure = (guard: (text: string) => unknown, texts: readonly string[], rounds: number): number[] => {
  const times: number[] = [];
  for (let round_ = 0; round_ < rounds; round_ += 1)
    for (const text of texts) times.push(timeUs(() => void guard(text)));
  return times.slice(times.length / 4);
};

/** The slowest of all are shown. */
const shownMax = 8;

const hostile: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    [...hostileSeeds, '\n', '\n ', 'Q: a A: b ', '01010101 '].map((seed) => [
      JSON.stringify(seed),
      seed.repeat(Math.ceil(20_000 / seed.length)),
    ]),
  ),
  'one digits': '1 '.repeat(10_000),
  'at signs': 'a@'.repeat(10_000),
  letters: 'a'.repeat(20_000),
  dots: 'a.'.repeat(10_000),
  'open brackets': '[('.repeat(10_000),
  capitals: 'Aa Bb '.repeat(3_334),
  wishes: 'please your '.repeat(1_667),
  orders: 'ignore the previous '.repeat(1_000),
  base64: 'QUJD'.repeat(5_000),
  invisible: 'a\u200b'.repeat(10_000),
  percent: '%41'.repeat(6_667),
  'no end': 'I have passed this on to '.repeat(800),
};

const answer = helpPages.join('\n').slice(0, 4000);

/** Time of the whole way out for each piece of a few letters. */
const measureOut = (): number[] => {
  const times: number[] = [];
  for (let round_ = 0; round_ < 8; round_ += 1) {
    const exit = createExit({
      allowedHosts: ['help.acme.example'],
      allowedText: helpPages,
      canary: 'abcdefghijklmnopqrst',
    });
    const sentences = createSentenceCheck({
      passages: helpPages,
      said: ['When can I return it?'],
      isPrompt: createPromptFinder(helpPages[0] ?? ''),
      instead: () => '',
    });
    for (const piece of answer.match(/[\s\S]{1,5}/g) ?? [])
      times.push(timeUs(() => void sentences.push(exit.push(piece))));
  }
  return times.slice(times.length / 4);
};

export const run = async (args: readonly string[]): Promise<void> => {
  const at = args.indexOf('--peers');
  const peers = at >= 0 ? await openPeers(args[at + 1] ?? '') : {};
  const texts = messages ?? [];
  const base = quantile(measure(yardstick, texts, 60), 0.5);
  const rows = [...Object.entries(guards), ['all of them', all] as const].map(([name, guard]) => {
    const times = measure(guard, texts, 60);
    return [name, round(quantile(times, 0.5)), round(quantile(times, 0.99)), round(quantile(times, 0.5) / base, 1)];
  });
  for (const [name, guard] of Object.entries(peers)) {
    const times = await measureEach(guard, texts, 20);
    rows.push([name, round(quantile(times, 0.5)), round(quantile(times, 0.99)), round(quantile(times, 0.5) / base, 1)]);
  }
  console.log(`A message of 500 characters (${texts.length} of them), in microseconds\n`);
  console.log(toTable(['guard', 'p50', 'p99', 'times three regular expressions'], rows));
  const out = measureOut();
  console.log(
    `\nA piece of 5 characters of an answer on its way out: mean ${round(out.reduce((sum, one) => sum + one, 0) / out.length, 1)} us, p50 ${round(quantile(out, 0.5), 1)}, p99 ${round(quantile(out, 0.99), 1)}\n`,
  );
  const shapes = Object.entries(hostile).map(([name, text]) => {
    const exit = createExit({ allowedHosts: [] });
    const sentences = createSentenceCheck({
      passages: [],
      said: [],
      isPrompt: createPromptFinder(answer),
      instead: () => '',
    });
    const inMs = timeUs(() => all(text)) / 1000;
    const outMs = timeUs(() => void (sentences.push(exit.push(text)) + exit.end() + sentences.end())) / 1000;
    return [name, round(inMs, 1), round(outMs, 1)] as const;
  });
  const slowest = shapes.toSorted((one, other) => Math.max(other[1], other[2]) - Math.max(one[1], one[2]));
  console.log(`20,000 hostile characters of ${shapes.length} shapes, in milliseconds; the slowest\n`);
  console.log(toTable(['repeated', 'in', 'out'], slowest.slice(0, shownMax)));
};
