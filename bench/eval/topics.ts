import { openEmbeddedEmbedder } from '#knowledge/embed.ts';
import { terms } from '#knowledge/terms.ts';
import { createTopics, type Topic } from '#guardrails/topic.ts';

import { createRandom } from '../random.ts';
import { type Measured, readRows } from './measure.ts';

interface Row {
  readonly text: string;
  readonly intent: string;
}

const examplesEach = 10;
const askedEach = 15;
const foreignMax = 1500;
/** What the other set asks that a bank is asked as well. */
const alsoOfBanks =
  /balance|bill|card|credit|account|transfer|transaction|spending|pay|bank|routing|pin|fraud|apr|interest|rewards|check|freeze|income|tax|w2|insurance|direct_deposit|rollover|exchange_rate|limit|lost|greeting|goodbye|thank|yes|no$|maybe|bot|who_|what_is_your|what_can|how_old|where_are|hobbies|pets/;

/** A bank that tells its topics by ten examples each, asked what it is there for and what it is not. */
export const measureTopics = async (folder: string): Promise<Measured[]> => {
  const rows = readRows(folder);
  const random = createRandom('topics');
  const shuffled = (all: Row[]): Row[] =>
    all
      .map((row) => ({ row, key: random.next() }))
      .toSorted((one, other) => one.key - other.key)
      .map(({ row }) => row);
  const byIntent = Map.groupBy(shuffled(rows<Row>('intents/banking77-train')), ({ intent }) => intent);
  const allow: Topic[] = [...byIntent].map(([name, own]) => ({
    name,
    examples: own.slice(0, examplesEach).map(({ text }) => text),
  }));
  const asked = [...byIntent.values()].flatMap((own) => own.slice(examplesEach, examplesEach + askedEach));
  const foreign = shuffled(rows<Row>('intents/clinc150-train'))
    .filter(({ intent }) => !alsoOfBanks.test(intent))
    .slice(0, foreignMax);
  await using embedder = openEmbeddedEmbedder();
  const judge = createTopics({ allow, deny: [] }, { terms, embed: (texts) => embedder.embed(texts) });
  const kinds = async (texts: readonly Row[]): Promise<string[]> => {
    const found: string[] = [];
    for (const { text } of texts) found.push((await judge(text)).kind);
    return found;
  };
  const ours = await kinds(asked);
  const others = await kinds(foreign);
  const count = (all: readonly string[], kind: string): Pick<Measured, 'hits' | 'of'> => ({
    hits: all.filter((one) => one === kind).length,
    of: all.length,
  });
  return [
    {
      goal: 'T1',
      what: 'foreign questions turned away',
      set: 'clinc150 asked of a bank',
      least: 0.85,
      ...count(others, 'foreign'),
    },
    { goal: 'T1', what: 'own questions turned away', set: 'banking77', most: 0.02, ...count(ours, 'foreign') },
    {
      goal: '',
      what: 'foreign questions left to the model',
      set: 'clinc150 asked of a bank',
      ...count(others, 'unsure'),
    },
    { goal: '', what: 'own questions left to the model', set: 'banking77', ...count(ours, 'unsure') },
  ];
};
