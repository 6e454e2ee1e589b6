import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { injectionModel, judge, toBags, toFile, weightsFile } from '#guardrails/injection-model.ts';

import { attackSets, readExamples, trafficSets } from './injection/data.ts';
import { foldOf, trainWithout } from './injection/folds.ts';
import { type Prepared, train } from './injection/train.ts';
import { round, toTable } from './table.ts';

export const usage = `npm run bench -- injection [--write] [--data <folder>]

Trains the model that scores injection and prints what it reaches on rows it has not seen (five folds). With --write
it is trained on all rows and written over the one in use.`;

interface Scored extends Prepared {
  readonly score: number;
}

const share = (rows: readonly Scored[], from: number): number | string =>
  rows.length === 0 ? '' : round(rows.filter(({ score }) => score >= from).length / rows.length, 3);

const report = (scored: readonly Scored[]): void => {
  const traffic = scored.filter(({ set }) => (trafficSets as readonly string[]).includes(set));
  const sorted = traffic.map(({ score }) => score).toSorted((a, b) => b - a);
  const from = sorted[Math.floor(sorted.length / 1000)] ?? 0;
  console.log(
    `One in a thousand of ${traffic.length} ordinary messages scores ${round(from, 2)} or more (log odds).\n`,
  );
  const rows = [...attackSets, 'injection/benign-wildguard', 'hard-negatives'].map((set) => {
    const own = scored.filter((row) => row.set === set);
    const attacks = own.filter(({ isAttack }) => isAttack);
    const harmless = own.filter(({ isAttack }) => !isAttack);
    return [
      set,
      attacks.length,
      share(attacks, from),
      share(attacks, 1),
      harmless.length,
      share(harmless, from),
      share(harmless, 1),
    ];
  });
  console.log(
    toTable(['set', 'attacks', 'seen', 'seen for sure (1)', 'harmless', 'taken for one', 'taken for sure (1)'], rows),
  );
};

export const run = async (args: readonly string[]): Promise<void> => {
  const at = args.indexOf('--data');
  const folder =
    at >= 0 ? (args[at + 1] ?? '') : (process.env['FIRSTLINE_DATA'] ?? join(import.meta.dirname, '../../shared/data'));
  const examples = readExamples(folder);
  const models = trainWithout(examples);
  const rows = examples.map((one) => ({ ...one, bags: toBags(one.learned) }));
  report(
    rows.flatMap((row) => {
      const model = models[foldOf(row.text)];
      return model ? [{ ...row, score: judge(model, toBags(row.text)) }] : [];
    }),
  );
  if (!args.includes('--write')) return;
  writeFileSync(weightsFile, toFile(train(rows)));
  const kept = injectionModel();
  const apart = rows.filter((row) => judge(kept, row.bags) > 0 !== row.isAttack).length;
  console.log(`\nWritten; ${apart} of ${rows.length} rows are on the wrong side of even odds.`);
};
