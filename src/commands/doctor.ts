import { existsSync } from 'node:fs';
import { join } from 'node:path';

import type { SentMessage } from '#core/channel.ts';
import { ConfigError } from '#core/errors.ts';
import { toTimeline } from '#insight/timeline.ts';
import { loadMasterKey } from '#privacy/master-key.ts';
import { createVault } from '#privacy/vault.ts';
import { findConversation } from '#store/conversations.ts';
import {
  findConversationOf,
  findStuck,
  readInbound,
  readLedger,
  readOutbound,
  readTurns,
  type Stuck,
} from '#store/lives.ts';
import type { Store } from '#store/open.ts';

import type { Config } from '../config.ts';
import { toColumns } from './columns.ts';
import { openDatabase } from './database.ts';

/** What has not moved for this long is worth a look: longer than a lane needs to be taken over. */
const stuckMs = 60_000;

const advice: Readonly<Record<Stuck['kind'], string>> = {
  unanswered:
    'No worker has taken it: check that a Firstline runs on this database and that its log is free of errors.',
  unsent: 'The platform does not take it; it is tried again until it is too old. The code says why.',
  growing: 'Its worker may have died: another takes the turn over within half a minute when one runs.',
  given_up: 'A person was told at the desk. The code says why.',
  waiting_case: 'Nobody has claimed this case for more than an hour.',
};

const printTimeline = async (store: Store, config: Config, name: string): Promise<boolean> => {
  const { FIRSTLINE_MASTER_KEY } = config.secrets;
  if (!FIRSTLINE_MASTER_KEY && !existsSync(join(config.dataFolder, 'master.key')))
    throw new ConfigError(['FIRSTLINE_MASTER_KEY must be set: platform ids are sealed under it.']);
  const vault = createVault(loadMasterKey(FIRSTLINE_MASTER_KEY, config.dataFolder).key);
  const conversation = await findConversationOf(store, name, vault.index('sent', name));
  const found = conversation ? await findConversation(store, conversation) : null;
  if (!conversation || !found) {
    console.log(
      `Nothing is known of ${name}. Give a conversation's id, a turn's, an outbox key or a platform's message id.`,
    );
    return false;
  }
  const sealer = vault.unwrap(found.wrappedKey);
  const outbound = (await readOutbound(store, conversation)).map((life) => ({
    ...life,
    platformId: life.sent ? (JSON.parse(sealer.open(life.sent, 'sent')) as SentMessage).message : null,
  }));
  const timeline = toTimeline({
    inbound: await readInbound(store, conversation),
    turns: await readTurns(store, conversation),
    outbound,
    ledger: await readLedger(store, conversation),
  });
  console.log(`Conversation ${conversation} on ${found.channel}\n`);
  console.log(
    toColumns([
      ['time', 'message', 'step', ''],
      ...timeline.map((step) => [step.at.toISOString().replace('T', ' '), step.subject, step.step, step.detail]),
    ]),
  );
  return true;
};

const printStuck = async (store: Store): Promise<boolean> => {
  const stuck = await findStuck(store, stuckMs);
  if (stuck.length === 0) {
    console.log('Nothing is stuck: every message is answered, and every answer has arrived.');
    return true;
  }
  for (const [kind, rows] of Map.groupBy(stuck, (one) => one.kind)) {
    console.log(`${kind.replace('_', ' ')}: ${rows.length}. ${advice[kind]}`);
    console.log(
      toColumns(
        rows.map((row) => [
          ' ',
          row.since.toISOString().replace('T', ' '),
          row.channel,
          row.name,
          row.code ?? '',
          `firstline doctor --conversation ${row.conversation}`,
        ]),
      ),
    );
    console.log('');
  }
  return false;
};

/** Resolves with whether all is well. */
export const doctor = async (config: Config, name: string | undefined): Promise<boolean> => {
  await using store = await openDatabase(config);
  await store.checkSchema();
  return await (name === undefined ? printStuck(store) : printTimeline(store, config, name));
};
