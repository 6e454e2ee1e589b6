import { type InjectionModel, toBags } from '#guardrails/injection-model.ts';

import type { Example } from './data.ts';
import { train } from './train.ts';

export const foldCount = 5;

/** Rows that read alike share a fold: a copy of a row that was learned says nothing. */
export const foldOf = (text: string): number => {
  let hash = 7;
  for (const letter of text.slice(0, 400)) hash = (hash * 31 + (letter.codePointAt(0) ?? 0)) >>> 0;
  return hash % foldCount;
};

/** For each fold a model that has not seen it. Attacks made from frames are no test, and learned in every fold. */
export const trainWithout = (examples: readonly Example[]): InjectionModel[] => {
  const rows = examples.map((one) => ({ ...one, bags: toBags(one.learned), fold: foldOf(one.text) }));
  return Array.from({ length: foldCount }, (_, fold) => {
    console.error(`injection: fold ${fold + 1} of ${foldCount}`);
    return train(rows.filter((row) => row.fold !== fold || row.set === 'attacks'));
  });
};
