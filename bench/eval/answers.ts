import { extractAnswer } from '#knowledge/extract.ts';
import { openEmbeddedEmbedder } from '#knowledge/embed.ts';
import type { Model } from '#core/model.ts';
import { createSentenceCheck } from '#guardrails/sentence-check.ts';
import { createSources } from '#guardrails/support.ts';
import { terms } from '#knowledge/terms.ts';
import { createClaude } from '#model/claude.ts';
import { createExtractive } from '#model/extractive.ts';
import { readPrompt } from '#model/prompts.ts';
import { renderSystem, systemVariables } from '#model/system.ts';
import { openStore } from '#store/open.ts';

import { readConfig } from '../../src/config.ts';
import { openVoice } from '../../src/voice.ts';
import { readHelpCenter } from '../golden/knowledge.ts';
import { type Golden, readForeign, readGolden } from '../golden/read.ts';
import { ask, replay, type Replayed } from '../golden/replay.ts';
import { changesSince, readAgreed, writeAgreed } from '../golden/stored.ts';
import { toTable } from '../table.ts';
import type { Measured } from './measure.ts';
import { measureSupport, toSources } from './support.ts';

interface Asked {
  readonly name: string;
  readonly model: Model;
  readonly system: string;
  /** Whether it says that it does not know. */
  readonly abstains: (text: string) => boolean;
}

const config = readConfig(
  { ...process.env, FIRSTLINE_CONFIG: new URL('../../test/support/empty.yaml', import.meta.url).pathname },
  {},
);

const extractive = (): Asked => {
  const { textsFor } = openVoice(config);
  return {
    name: 'extractive',
    model: createExtractive({ extract: extractAnswer, textsFor }),
    system: '',
    abstains: (text) => text === textsFor(text).notFound,
  };
};

/** Only where there is a key: what it says costs money. */
const live = (): Asked[] => {
  const { ANTHROPIC_API_KEY: apiKey } = config.secrets;
  if (!apiKey) return [];
  const prompt = readPrompt(new URL('../../prompts/', import.meta.url), 'answer', systemVariables);
  const { model } = config.assistant;
  return [
    {
      name: model,
      model: createClaude({
        apiKey,
        model,
        ...config.models.claude,
        retriesMax: config.limits.modelRetriesMax,
        onCall: () => undefined,
      }),
      system: renderSystem(prompt, config.assistant, { canary: 'none', topics: [] }),
      abstains: (text) => !/\[\d\]/.test(text),
    },
  ];
};

/** Sentences that a page says, and the same with a figure made another one. */
const measureFigures = (golden: readonly Golden[], replayed: readonly Replayed[]): Measured[] => {
  let [caught, wrong, kept, right] = [0, 0, 0, 0];
  for (const [index, { says, puts }] of golden.entries())
    for (const sentence of [says, puts]) {
      const found = replayed[index]?.passages ?? [];
      const passages = found.map(({ text }) => text);
      const { nearestTo } = createSources(toSources(found), [], terms);
      const isKept = (text: string): boolean => {
        const check = createSentenceCheck({
          passages,
          said: [],
          nearestTo,
          isPrompt: () => false,
          instead: () => '#',
        });
        return !(check.push(`${text}\n`) + check.end()).includes('#');
      };
      if (!/\d/.test(sentence) || !replayed[index]?.isFound) continue;
      const changed = sentence.replace(/(?<![\w-])\d+/, (figure) => String(Number(figure) * 7 + 13));
      wrong += 1;
      right += 1;
      if (!isKept(changed)) caught += 1;
      if (isKept(sentence)) kept += 1;
    }
  const set = 'golden';
  return [
    { goal: '13', what: 'unsupported numbers caught', set, least: 0.95, hits: caught, of: wrong },
    { goal: '13', what: 'caught, and rightly', set, least: 0.9, hits: caught, of: caught + right - kept },
  ];
};

/**
 * The golden questions, asked of the answerer that needs no key and, with a key, of the live model. Tells which answers are other than
 * agreed; `isWritten` agrees to them.
 */
export const measureAnswers = async (isWritten: boolean): Promise<Measured[]> => {
  await using store = await openStore({ folder: null, connectionsMax: 1, silenceMs: config.limits.databaseSilenceMs });
  await store.migrate();
  await using embedder = openEmbeddedEmbedder();
  const find = await readHelpCenter(store, embedder);
  const [golden, foreign] = [readGolden(), readForeign()];
  const rows: Measured[] = [];
  for (const { name, model, system, abstains } of [extractive(), ...live()]) {
    const replayed: Replayed[] = [];
    for (const one of golden) replayed.push(await replay(one, find, model, system));
    const said: string[] = [];
    for (const question of foreign) said.push(await ask(question, find, model, system));
    const set = `golden, ${name}`;
    const count = (accepts: (one: Replayed) => boolean) => ({
      hits: replayed.filter(accepts).length,
      of: replayed.length,
    });
    const changes = changesSince(readAgreed(name), replayed);
    if (changes.length > 0) {
      console.log(`\nAnswered otherwise than agreed by ${name}:\n`);
      console.log(
        toTable(
          ['what', 'question'],
          changes.map(({ kind, ask: question }) => [kind, question]),
        ),
      );
    }
    const citedUnknown = ({ text, passages }: Replayed): boolean =>
      [...text.matchAll(/\[(\d+)\](?!\()/g)].some(
        ([, number]) => Number(number) < 1 || Number(number) > passages.length,
      );
    rows.push(
      { goal: '', what: 'document found among five passages', set, ...count(({ isFound }) => isFound) },
      { goal: '13', what: 'shown text holds the answer', set, least: 0.9, ...count(({ isRight }) => isRight) },
      { goal: '13', what: 'cites what it was not given', set, most: 0, ...count(citedUnknown) },
      {
        goal: '12',
        what: 'golden answers that broke',
        set,
        most: 0,
        hits: changes.filter(({ kind }) => kind === 'broken').length,
        of: golden.length,
      },
      { goal: '', what: 'foreign questions not answered', set, hits: said.filter(abstains).length, of: said.length },
    );
    if (name === 'extractive') rows.push(...measureFigures(golden, replayed), ...measureSupport(replayed, isWritten));
    if (isWritten) writeAgreed(name, replayed);
  }
  if (live().length === 0) console.log('\nWithout ANTHROPIC_API_KEY no live model was asked.');
  return rows;
};
