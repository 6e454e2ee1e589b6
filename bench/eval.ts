import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { isMet, type Measured, wilson } from './eval/measure.ts';
import { round, toTable } from './table.ts';

const parts = {
  'personal-data': async (folder: string) => (await import('./eval/personal-data.ts')).measurePersonalData(folder),
  injection: async (folder: string) => (await import('./eval/injection.ts')).measureInjection(folder),
  leaks: async (folder: string) => (await import('./eval/leaks.ts')).measureLeaks(folder),
  topics: async (folder: string) => (await import('./eval/topics.ts')).measureTopics(folder),
  escalation: async (folder: string) => (await import('./eval/escalation.ts')).measureEscalation(folder),
  retrieval: async (folder: string) => (await import('./eval/retrieval.ts')).measureRetrieval(folder),
  'red-team': async () => (await import('./eval/red-team.ts')).measureRedTeam(),
} satisfies Record<string, (folder: string) => Promise<Measured[]>>;

const usage = `npm run eval -- <name> [--data <folder>] [--write]

  safety         everything below but retrieval and answers
  personal-data  what is found of personal data, and what is left alone (P1-P6)
  injection      what tries to command the assistant (I2, I3)
  leaks          what must not leave: the canary, links, figures (O1-O3)
  topics         what is foreign (T1)
  escalation     who wants or needs a person (E1-E3)
  red-team       whole conversations with a model that obeys every injection (I1)
  retrieval      how well documents are found, beside full text search, words alone and meaning alone
  answers        the golden questions: what is answered, what changed since, and what each threshold of the sentence check costs;
                 --write agrees to the answers and to the curve. A golden answer that broke ends with 1.

The data is read from FIRSTLINE_DATA, or ../shared/data; a set that is not there is told as such.`;

const percent = (share: number): string => `${round(share * 100, 2)} %`;

const goalOf = ({ least, most }: Measured): string =>
  least !== undefined ? `>= ${percent(least)}` : most !== undefined ? `<= ${percent(most)}` : '';

const toRow = (measured: Measured): string[] => {
  const { goal, what, set, hits, of } = measured;
  if (of === 0) return [goal, what, set, '0', 'no data', '', goalOf(measured), ''];
  const [low, high] = wilson(hits, of);
  const met = isMet(measured);
  const interval = `${percent(low)} - ${percent(high)}`;
  return [
    goal,
    what,
    set,
    `${hits}/${of}`,
    percent(hits / of),
    interval,
    goalOf(measured),
    met === null ? '' : met ? 'yes' : 'NO',
  ];
};

const { values, positionals } = parseArgs({
  options: { data: { type: 'string' }, write: { type: 'boolean', default: false }, help: { type: 'boolean' } },
  allowPositionals: true,
});
const [name = ''] = positionals;
const isSafety = (part: string): boolean => part !== 'retrieval';
const chosen =
  name === 'safety'
    ? Object.keys(parts).filter(isSafety)
    : name === 'answers'
      ? [name]
      : Object.keys(parts).filter((part) => part === name);

if (values.help || chosen.length === 0) {
  console.log(usage);
  process.exitCode = values.help ? 0 : 2;
} else {
  const folder = values.data ?? process.env['FIRSTLINE_DATA'] ?? join(import.meta.dirname, '../../shared/data');
  if (!existsSync(folder)) console.error(`There is no data at ${folder}: only what needs none is measured.`);
  const measured: Measured[] = [];
  for (const part of chosen) {
    console.error(`${part} …`);
    measured.push(
      ...(part === 'answers'
        ? await (await import('./eval/answers.ts')).measureAnswers(values.write)
        : await parts[part as keyof typeof parts](folder)),
    );
  }
  console.log(toTable(['goal', 'what', 'set', 'cases', 'share', '95 %', 'wanted', 'met'], measured.map(toRow)));
  const missed = measured.filter((one) => isMet(one) === false);
  if (missed.some(({ goal }) => goal === '12')) process.exitCode = 1;
  console.log(`\n${measured.length - missed.length} rows are as wanted or only inform, ${missed.length} are not.`);
}
