import { readFileSync } from 'node:fs';

import { parse } from 'yaml';
import { z } from 'zod';

const golden = z.array(
  z.strictObject({
    ask: z.string(),
    /** The document that answers, without its ending. */
    from: z.string(),
    /** A right answer holds one of each. */
    holds: z.array(z.array(z.string()).min(1)).min(1),
    says: z.string(),
    puts: z.string(),
    wrong: z.string(),
  }),
);
export type Golden = z.infer<typeof golden>[number];

const read = (name: string): unknown => parse(readFileSync(new URL(name, import.meta.url), 'utf8'));

export const readGolden = (): Golden[] => golden.parse(read('help-center.yaml'));

/** What no page answers. */
export const readForeign = (): string[] => z.array(z.string()).parse(read('foreign.yaml'));

const plain = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll(/[*_`\\]/g, '')
    .replaceAll(/\s+/g, ' ');

/** Whether a text holds what a right answer does. */
export const holdsAnswer = (text: string, { holds }: Pick<Golden, 'holds'>): boolean =>
  holds.every((group) => group.some((phrase) => plain(text).includes(plain(phrase))));
