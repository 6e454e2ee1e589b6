import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

import { z } from 'zod';

import type { Replayed } from './replay.ts';

/** How the golden questions were answered when that was last agreed to, by the name of the model. */
const path = new URL('answers.json', import.meta.url);
const stored = z.record(z.string(), z.record(z.string(), z.strictObject({ isRight: z.boolean(), digest: z.string() })));
export type Agreed = z.infer<typeof stored>[string];

const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);

const readAll = (): z.infer<typeof stored> =>
  existsSync(path) ? stored.parse(JSON.parse(readFileSync(path, 'utf8'))) : {};

export const readAgreed = (model: string): Agreed => readAll()[model] ?? {};

export const writeAgreed = (model: string, replayed: readonly Replayed[]): void => {
  const agreed = Object.fromEntries(
    replayed.map(({ golden, text, isRight }) => [golden.ask, { isRight, digest: digestOf(text) }]),
  );
  writeFileSync(path, `${JSON.stringify({ ...readAll(), [model]: agreed }, null, 2)}\n`);
};

export interface Change {
  readonly ask: string;
  /** `broken`: it was right and is not any more. */
  readonly kind: 'broken' | 'mended' | 'other words' | 'new';
}

/** What is answered otherwise than agreed. */
export const changesSince = (agreed: Agreed, replayed: readonly Replayed[]): Change[] =>
  replayed.flatMap(({ golden: { ask }, text, isRight }): Change[] => {
    const before = agreed[ask];
    if (!before) return [{ ask, kind: 'new' }];
    if (before.isRight !== isRight) return [{ ask, kind: isRight ? 'mended' : 'broken' }];
    return before.digest === digestOf(text) ? [] : [{ ask, kind: 'other words' }];
  });
