import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { ConfigError } from '#core/errors.ts';
import { replay, type Router } from '#escalation/replay.ts';
import { findHardTrigger } from '#guardrails/hard-trigger.ts';
import { wantsHuman } from '#guardrails/wants-human.ts';
import { terms } from '#knowledge/terms.ts';
import { loadMasterKey } from '#privacy/master-key.ts';
import { createVault } from '#privacy/vault.ts';
import type { Store } from '#store/open.ts';
import { type RecordedTurn, recordedTurns } from '#store/recorded-turns.ts';

import type { Config } from '../config.ts';
import { toColumns } from './columns.ts';
import { openDatabase } from './database.ts';

const dayMs = 86_400_000;
const turnsMax = 100_000;
const textLengthMax = 70;

export interface SimulateOptions {
  readonly days: number;
  /** Lines of each list. */
  readonly max: number;
}

type Settings = Pick<Config, 'guardrails' | 'organizations' | 'desk'>;

const clip = (text: string): string => {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length <= textLengthMax ? line : `${line.slice(0, textLengthMax - 1)}…`;
};

/** What hands over in one organization, by these settings. */
const toRouter = ({ guardrails, organizations, desk }: Settings, organization: string): Router => {
  const { handOver, handOverScore } = organizations[organization]?.guardrails ?? guardrails;
  const triggers = new Set(handOver);
  return {
    atOnce: (text) => {
      const trigger = findHardTrigger(text);
      if (trigger && triggers.has(trigger)) return `trigger: ${trigger}`;
      return wantsHuman(text) ? 'asked for a person' : null;
    },
    handOverOn: desk.handOverOn,
    score: handOverScore,
  };
};

interface Verdict {
  readonly turn: RecordedTurn;
  readonly text: string;
  readonly present: string | null;
  readonly proposed: string | null;
}

/** Prints what other settings would have handed over, of the conversations that were recorded: how many more or fewer, and which. */
export const printSimulation = async (
  store: Store,
  masterKey: Buffer,
  { present, proposed, days, max }: SimulateOptions & { readonly present: Settings; readonly proposed: Settings },
  write: (line: string) => void,
): Promise<void> => {
  const vault = createVault(masterKey);
  const recorded = (await recordedTurns(store, new Date(Date.now() - days * dayMs), turnsMax)).map((turn) => ({
    turn,
    text: vault.unwrap(turn.wrappedKey).open(turn.said, 'message'),
  }));
  const verdicts = [...Map.groupBy(recorded, ({ turn }) => turn.conversation).values()].flatMap((turns): Verdict[] => {
    const { organization = '' } = turns[0]?.turn ?? {};
    const replayed = turns.map(({ turn, text }) => ({ ...turn, text }));
    const [before, after] = [present, proposed].map((settings) =>
      replay(replayed, toRouter(settings, organization), terms),
    );
    return turns.map((one, index) => ({ ...one, present: before?.[index] ?? null, proposed: after?.[index] ?? null }));
  });
  const isMore = (one: Verdict): boolean => one.present === null && one.proposed !== null;
  const isFewer = (one: Verdict): boolean => one.present !== null && one.proposed === null;
  const conversations = (of: (verdict: Verdict) => boolean): number =>
    new Set(verdicts.filter(of).map(({ turn }) => turn.conversation)).size;
  const all = conversations(() => true);
  const row = (name: string, of: (verdict: Verdict) => boolean): string[] => {
    const count = conversations(of);
    const share = all === 0 ? '–' : `${((100 * count) / all).toFixed(1)} %`;
    return [' ', name, String(verdicts.filter(of).length), String(count), share];
  };
  write(`${verdicts.length} questions in ${all} conversations of the last ${days} days.\n`);
  write(
    toColumns([
      [' ', 'handed over', 'questions', 'conversations', 'share'],
      row('as it is set now', ({ present: reason }) => reason !== null),
      row('as proposed', ({ proposed: reason }) => reason !== null),
      row('more', isMore),
      row('fewer', isFewer),
    ]),
  );
  const list = (
    title: string,
    of: (verdict: Verdict) => boolean,
    reasonOf: (verdict: Verdict) => string | null,
  ): void => {
    const found = verdicts.filter(of);
    if (found.length === 0) return;
    write(`\n${title}\n`);
    write(
      toColumns(
        found
          .slice(0, max)
          .map((one) => [
            ' ',
            one.turn.at.toISOString().slice(0, 16).replace('T', ' '),
            one.turn.channel,
            clip(one.text),
            reasonOf(one) ?? '',
          ]),
      ),
    );
    if (found.length > max) write(`  … and ${found.length - max} more (--max)`);
  };
  list('Would be handed over, and were not by the present settings:', isMore, ({ proposed: reason }) => reason);
  list('Would not be handed over any more:', isFewer, ({ present: reason }) => reason);
};

/** `proposed`: the settings to try. */
export const simulate = async (config: Config, proposed: Settings, options: SimulateOptions): Promise<void> => {
  const { FIRSTLINE_MASTER_KEY } = config.secrets;
  if (!FIRSTLINE_MASTER_KEY && !existsSync(join(config.dataFolder, 'master.key')))
    throw new ConfigError(['FIRSTLINE_MASTER_KEY must be set: what was asked is sealed under it.']);
  await using store = await openDatabase(config);
  await store.checkSchema();
  const { key } = loadMasterKey(FIRSTLINE_MASTER_KEY, config.dataFolder);
  await printSimulation(store, key, { present: config, proposed, ...options }, console.log);
};
