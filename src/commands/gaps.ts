import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { ConfigError } from '#core/errors.ts';
import type { Receipt } from '#core/receipt.ts';
import { clusterQuestions } from '#knowledge/cluster-questions.ts';
import { findContradictions, findDuplicates } from '#knowledge/compare-documents.ts';
import { loadMasterKey } from '#privacy/master-key.ts';
import { createVault } from '#privacy/vault.ts';
import { knownPassages, leanedOn, missedTurns } from '#store/gaps.ts';
import type { Store } from '#store/open.ts';

import type { Config } from '../config.ts';
import { openDatabase } from './database.ts';
import { toColumns } from './columns.ts';

const dayMs = 86_400_000;
const turnsMax = 20_000;
const textLengthMax = 100;

const clip = (text: string): string => {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length <= textLengthMax ? line : `${line.slice(0, textLengthMax - 1)}…`;
};

type Write = (line: string) => void;

const section = (
  write: Write,
  title: string,
  rows: readonly (readonly string[])[],
  none: string,
  max: number,
): void => {
  write(`\n${title}\n`);
  if (rows.length === 0) return write(`  ${none}`);
  write(toColumns(rows.slice(0, max).map((row) => [' ', ...row])));
  if (rows.length > max) write(`  … and ${rows.length - max} more (--max)`);
};

export interface GapsOptions {
  readonly days: number;
  /** Lines of each list. */
  readonly max: number;
}

/** Prints what the knowledge base lacks: what nobody could be answered, and which documents repeat, contradict or are getting old. */
export const printGaps = async (
  store: Store,
  masterKey: Buffer,
  { days, max }: GapsOptions,
  write: Write,
): Promise<void> => {
  const since = new Date(Date.now() - days * dayMs);
  const vault = createVault(masterKey);
  const missed = (await missedTurns(store, since, turnsMax)).map(({ receipt, wrappedKey, channel, at }) => ({
    text: (JSON.parse(vault.unwrap(wrappedKey).open(receipt, 'receipt')) as Receipt).asked,
    channel,
    at,
  }));
  section(
    write,
    `Asked in the last ${days} days, and not answered from any page (${missed.length}):`,
    clusterQuestions(missed).map(({ like, questions }) => [
      `${questions.length}×`,
      clip(like.text),
      [...new Set(questions.map(({ channel }) => channel))].toSorted().join(', '),
    ]),
    'Nothing.',
    max,
  );
  const pages = await knownPassages(store);
  section(
    write,
    'Documents of which one says much of what the other does:',
    findDuplicates(pages).map(({ one, other, share }) => [`${Math.round(share * 100)} %`, one, other]),
    'None.',
    max,
  );
  section(
    write,
    'Documents that say the same with other figures:',
    findContradictions(pages).flatMap(({ one, other }) => [
      [one.document, clip(one.sentence)],
      [other.document, clip(other.sentence)],
    ]),
    'None.',
    max * 2,
  );
  const stale = (await leanedOn(store, since)).map((one) => ({
    ...one,
    age: Math.floor((Date.now() - one.updatedAt.getTime()) / dayMs),
  }));
  section(
    write,
    `Documents that answers lean on, by their age times the answers of the last ${days} days:`,
    stale
      .toSorted((a, b) => (b.age + 1) * b.answers - (a.age + 1) * a.answers)
      .map(({ document, age, answers }) => [document, `${age} days old`, `${answers} answers`]),
    'None.',
    max,
  );
};

export const gaps = async (config: Config, options: GapsOptions): Promise<void> => {
  const { FIRSTLINE_MASTER_KEY } = config.secrets;
  if (!FIRSTLINE_MASTER_KEY && !existsSync(join(config.dataFolder, 'master.key')))
    throw new ConfigError(['FIRSTLINE_MASTER_KEY must be set: what was asked is sealed under it.']);
  await using store = await openDatabase(config);
  await store.checkSchema();
  await printGaps(store, loadMasterKey(FIRSTLINE_MASTER_KEY, config.dataFolder).key, options, console.log);
};
