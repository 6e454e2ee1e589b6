import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { type Doubt, tagFile, tagTokens, toTagFile } from '#guardrails/pii/tagger.ts';
import type { Tag } from '#guardrails/pii/tag-features.ts';

import { foldCount, foldOf } from './injection/folds.ts';
import { type LabelledText, readLabelled } from './personal-data/data.ts';
import { trainTagger } from './personal-data/train.ts';
import { round, toTable } from './table.ts';

export const usage = `npm run bench -- personal-data [--write] [--data <folder>]

Trains the model that finds names and addresses and prints what it reaches on rows it has not seen (five folds), for
several degrees of doubt. With --write it is trained on all rows and written over the one in use.`;

const doubts: readonly Doubt[] = [
  { name: 0, address: 0 },
  { name: 0.8, address: 0.4 },
  { name: 2, address: 1 },
];

/** The index of every token of each run of one tag. */
const runsOf = (tags: readonly Tag[], wanted: Tag): number[][] => {
  const runs: number[][] = [];
  for (const [index, tag] of tags.entries())
    if (tag === wanted) {
      const last = runs.at(-1);
      if (last && last.at(-1) === index - 1) last.push(index);
      else runs.push([index]);
    }
  return runs;
};

interface Judged extends LabelledText {
  readonly found: readonly Tag[];
}

const share = (hits: number, of: number): string => (of === 0 ? '' : `${round((hits / of) * 100, 1)} % of ${of}`);

const covered = (rows: readonly Judged[], tag: Tag): string => {
  const all = rows.flatMap(({ tags, found, tokens }) =>
    runsOf(tags, tag).map((run) =>
      run.every((at) => found[at] !== 'none' || !/[\p{L}\p{N}]/u.test(tokens[at]?.text ?? '')),
    ),
  );
  return share(all.filter(Boolean).length, all.length);
};

const right = (rows: readonly Judged[], tag: Tag): string => {
  const all = rows.flatMap(({ tags, found }) => runsOf(found, tag).map((run) => run.some((at) => tags[at] !== 'none')));
  return share(all.filter(Boolean).length, all.length);
};

const report = (rows: readonly Judged[]): string[][] =>
  [...Map.groupBy(rows, ({ set }) => set)].map(([set, own]) => {
    const clean = own.filter(({ tags }) => tags.every((tag) => tag === 'none'));
    const touched = clean.filter(({ found }) => found.some((tag) => tag !== 'none'));
    return [
      set,
      covered(own, 'name'),
      right(own, 'name'),
      covered(own, 'address'),
      right(own, 'address'),
      share(touched.length, clean.length),
    ];
  });

export const run = async (args: readonly string[]): Promise<void> => {
  const at = args.indexOf('--data');
  const folder =
    at >= 0 ? (args[at + 1] ?? '') : (process.env['FIRSTLINE_DATA'] ?? join(import.meta.dirname, '../../shared/data'));
  const rows = readLabelled(folder).map((row) => ({ ...row, fold: foldOf(row.text) }));
  const models = Array.from({ length: foldCount }, (_, fold) => {
    console.error(`fold ${fold + 1} of ${foldCount}`);
    return trainTagger(rows.filter((row) => row.fold !== fold));
  });
  for (const doubt of doubts) {
    console.log(`\nDoubt: ${doubt.name} for names, ${doubt.address} for addresses (log odds)\n`);
    const judged = rows.map((row) => ({ ...row, found: tagTokens(row.tokens, models[row.fold], doubt) }));
    const headings = [
      'set',
      'names covered',
      'found and a name',
      'addresses covered',
      'found and one',
      'clean rows touched',
    ];
    console.log(toTable(headings, report(judged)));
  }
  if (args.includes('--write')) writeFileSync(tagFile, toTagFile(trainTagger(rows)));
};
