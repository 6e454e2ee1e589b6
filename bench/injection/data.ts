import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { attacks } from './attacks.ts';
import { hardNegatives } from './hard-negatives.ts';

export interface Example {
  readonly set: string;
  readonly text: string;
  /** What is learned of it: of a document that carries an attack, the attack alone. */
  readonly learned: string;
  readonly isAttack: boolean;
}

interface Row {
  readonly attack?: string;
  readonly text?: string;
  readonly prompt?: string;
  readonly label?: number;
  readonly intents?: readonly string[];
}

const readRows = (folder: string, file: string): Row[] =>
  readFileSync(join(folder, `${file}.jsonl`), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Row);

/** Labelled attacks and harmless rows of the same kind. */
export const attackSets = [
  'injection/deepset-train',
  'injection/cyberseceval-even',
  'injection/bipia-email-train',
  'injection/in-the-wild',
  'injection/jailbreak-templates',
  'injection/giskard',
] as const;

/** Ordinary traffic: what a false alarm is counted on. */
export const trafficSets = [
  'intents/banking77-train',
  'intents/bitext-train',
  'intents/clinc150-train',
  'intents/nlupp-folds-0-9',
  'pii/support-chat',
] as const;

const textOf = ({ text, prompt }: Row): string => text ?? prompt ?? '';

const made = (set: string, texts: readonly string[], isAttack: boolean): Example[] =>
  texts.map((text) => ({ set, text, learned: text, isAttack }));

export const readExamples = (folder: string): Example[] => [
  ...attackSets.flatMap((set) =>
    readRows(folder, set).map((row) => {
      const isAttack = row.label === undefined || row.label === 1;
      return { set, text: textOf(row), learned: (isAttack && row.attack) || textOf(row), isAttack };
    }),
  ),
  ...[...trafficSets, 'injection/benign-wildguard'].flatMap((set) =>
    made(set, readRows(folder, set).map(textOf), false),
  ),
  ...made('attacks', attacks(), true),
  ...made('hard-negatives', hardNegatives(), false),
];
