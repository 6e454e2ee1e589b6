import { recall } from '#conversation/recall.ts';
import type { Citation } from '#core/channel.ts';
import type { GuardedText, InputGuarded, Received } from '#core/turn.ts';
import { citationsIn } from '#delivery/deliver.ts';
import type { Exchange } from '#guardrails/exchange-personal-data.ts';
import { guardOutput } from '#guardrails/guard-output.ts';
import { retrieve } from '#knowledge/retrieve.ts';
import { generate } from '#model/generate.ts';
import { messagesAfter } from '#store/messages.ts';
import type { Store } from '#store/open.ts';

import type { Parts } from './parts.ts';

export interface SuggestParts {
  readonly store: Store;
  readonly exchange: Exchange;
  readonly stages: Pick<Parts, 'recall' | 'retrieve' | 'generate' | 'guardOutput'>;
}

export interface Suggestion {
  readonly text: string;
  readonly citations: readonly Citation[];
}

/** Messages that are looked through for what the customer said last. */
const lookedAt = 20;

/**
 * What the assistant would answer to the customer's last words, for the agent who has the case: by the same stages and guards as an
 * answer, and shown to nobody else. Null where the customer has said nothing. Throws ModelError.
 */
export const createSuggest = ({ store, exchange, stages }: SuggestParts) => {
  const remember = recall(stages.recall);
  const look = retrieve(stages.retrieve);
  const write = generate(stages.generate);
  const check = guardOutput(stages.guardOutput);
  return async (turn: Received): Promise<Suggestion | null> => {
    const said = await messagesAfter(store, turn.owner, 0, lookedAt);
    const last = said.findLast(({ speaker }) => speaker === 'customer');
    if (!last) return null;
    const { tokens } = await exchange(turn, '');
    const asked: InputGuarded = {
      ...turn,
      opened: true,
      obeyed: true,
      voice: 'assistant',
      allowance: 'full',
      texts: [],
      images: [],
      unread: null,
      question: turn.sealer.open(last.body, 'message') as GuardedText,
      files: [],
      tokens,
      restricted: false,
      moderation: Promise.resolve({ action: 'allow', rules: [] }),
    };
    const remembered = await remember(asked);
    const recent = remembered.recent.filter(({ position }) => position < last.position);
    const found = await look({ ...remembered, recent });
    const checked = await check(await write({ ...found, moderated: true, onTopic: true }));
    let text = '';
    for await (const piece of checked.reply.text) text += piece;
    return { text: tokens.restore(text), citations: citationsIn(text, checked) };
  };
};
