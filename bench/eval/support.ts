import { writeFileSync } from 'node:fs';

import type { Passage } from '#core/knowledge.ts';
import { type CurvePoint, createSources, leastSupport, type Source } from '#guardrails/support.ts';
import { terms } from '#knowledge/terms.ts';

import type { Golden } from '../golden/read.ts';
import { round, toTable } from '../table.ts';
import type { Measured } from './measure.ts';

/** A golden question with what was found for it. */
export interface Labelled {
  readonly golden: Golden;
  readonly passages: readonly Passage[];
}

/** Passages as the sentence check is given them. */
export const toSources = (passages: readonly Passage[]): Source[] =>
  passages.map(({ title, heading, text }) => ({ title: `${title}\n${heading}`, text }));

const steps = 40;

interface Scores {
  readonly right: readonly number[];
  readonly wrong: readonly number[];
}

const scoresOf = (labelled: readonly Labelled[]): Scores => {
  const score = ({ golden, passages }: Labelled, sentence: string): number =>
    createSources(toSources(passages), [golden.ask], terms).supportOf(sentence) ?? 1;
  return {
    right: labelled.flatMap((one) => [score(one, one.golden.says), score(one, one.golden.puts)]),
    wrong: labelled.map((one) => score(one, one.golden.wrong)),
  };
};

const shareFrom = (scores: readonly number[], least: number): number =>
  scores.filter((score) => score >= least).length / scores.length;

const toCurve = ({ right, wrong }: Scores): CurvePoint[] =>
  Array.from({ length: steps + 1 }, (_, step) => {
    const least = step / steps;
    return { least, kept: round(shareFrom(right, least), 4), missed: round(shareFrom(wrong, least), 4) };
  });

const shares = { cited: 0.03, uncited: 0.3 };
const wishes = [0.01, 0.02, 0.05, 0.1];

/** What the sentence check lets through, and what each threshold costs: the operator picks a share of wrong sentences, not a number. */
export const measureSupport = (labelled: readonly Labelled[], isWritten: boolean): Measured[] => {
  const scores = scoresOf(labelled);
  const curve = toCurve(scores);
  console.log(
    'Sentences with at least this support are said (right ones close to the page and free; wrong ones that no page says):\n',
  );
  console.log(
    toTable(
      ['least support', 'right ones said', 'wrong ones said'],
      curve
        .filter((_, step) => step % 4 === 0)
        .map(({ least, kept, missed }) => [least, round(kept, 2), round(missed, 2)]),
    ),
  );
  console.log(
    '\nWhat `guardrails.answers.wrongMax` means with the shares of wrong sentences in config/default.yaml:\n',
  );
  console.log(
    toTable(
      ['wrongMax', 'cited', 'right ones said', 'not cited', 'right ones said '],
      wishes.map((wish) => {
        const [cited, uncited] = [leastSupport(wish, shares.cited, curve), leastSupport(wish, shares.uncited, curve)];
        return [
          wish,
          cited,
          round(shareFrom(scores.right, cited), 2),
          uncited,
          round(shareFrom(scores.right, uncited), 2),
        ];
      }),
    ),
  );
  if (isWritten)
    writeFileSync(
      new URL('../../src/guardrails/support-curve.json', import.meta.url),
      `${JSON.stringify(curve, null, 2)}\n`,
    );
  const least = leastSupport(0.02, shares.uncited, curve);
  const set = 'golden, not cited, wrongMax 0.02';
  return [
    {
      goal: '',
      what: 'right sentences said',
      set,
      hits: scores.right.filter((score) => score >= least).length,
      of: scores.right.length,
    },
    {
      goal: '',
      what: 'wrong sentences taken out',
      set,
      hits: scores.wrong.filter((score) => score < least).length,
      of: scores.wrong.length,
    },
  ];
};
