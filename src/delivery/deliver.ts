import type { Channel, Citation, OutboundMessage } from '#core/channel.ts';
import type { Clock } from '#core/clock.ts';
import type { Vault } from '#core/sealed.ts';
import { Halt } from '#core/stage.ts';
import type { CheckedText, Delivered, OutputGuarded } from '#core/turn.ts';
import type { Store } from '#store/open.ts';
import { findOutbox, putOutbox } from '#store/outbox.ts';

import { createLiveMessage } from './live-message.ts';
import { lengthIn } from './fit.ts';
import { safePrefix } from './safe-prefix.ts';
import type { SendRow } from './send-row.ts';

export interface DeliverParts {
  readonly store: Store;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly channels: ReadonlyMap<string, Channel>;
  readonly sendRow: SendRow;
  /** Tells on first contact that an AI answers. */
  readonly introduce: (turn: OutputGuarded, text: string) => string;
  /** Told when the reader can see the first words. */
  readonly onFirstText: (channel: string, afterMs: number) => void;
  readonly blockedText: string;
}

/** Our own name for the answer of a turn. */
export const replyKey = (turn: string): string => `${turn}:reply`;

/** The passages the text cites, in the order of their numbers. */
const citationsIn = (text: string, turn: OutputGuarded): Citation[] => {
  const numbers = [...new Set([...text.matchAll(/\[(\d{1,2})\]/g)].map((match) => Number(match[1])))].sort(
    (a, b) => a - b,
  );
  return numbers.flatMap((number) => {
    const passage = turn.passages[number - 1];
    return passage ? [{ number, title: passage.title, ...(passage.url ? { url: passage.url } : {}) }] : [];
  });
};

/**
 * Drains the checked reply and lets it grow on the platform, where the platform can edit. The whole text is written by the
 * turn's end through the outbox, over the same message.
 */
export const deliver = (parts: DeliverParts) => {
  const writer = (turn: OutputGuarded, channel: Channel) => {
    const key = replyKey(turn.turn.id);
    return async (text: string): Promise<void> => {
      const message: OutboundMessage = { text, partial: true };
      const earlier = await findOutbox(parts.store, turn.owner, key);
      if (!earlier)
        await putOutbox(parts.store, {
          ...turn.owner,
          key,
          channel: channel.name,
          thread: turn.sealer.seal(turn.thread, 'thread'),
          body: turn.sealer.seal(JSON.stringify(message), 'outbox'),
          state: 'growing',
        });
      const row = earlier ?? (await findOutbox(parts.store, turn.owner, key));
      if (row?.state === 'growing') await parts.sendRow(row, turn.sealer, message, false);
    };
  };

  return async (turn: OutputGuarded): Promise<Delivered | Halt> => {
    const channel = parts.channels.get(turn.channel);
    if (!channel) return new Halt('channel_off');
    const began = performance.now();
    let firstTextMs: number | null = null;
    const write = writer(turn, channel);
    const live = createLiveMessage({
      clock: parts.clock,
      intervalMs: channel.limits.editIntervalMs,
      write: async (text) => {
        await write(text);
        if (firstTextMs !== null) return;
        firstTextMs = performance.now() - began;
        parts.onFirstText(channel.name, firstTextMs);
      },
    });
    let text = '';
    let step = await turn.reply.text.next();
    try {
      for (; !step.done; step = await turn.reply.text.next()) {
        text += step.value;
        const safe = channel.edit ? safePrefix(text) : '';
        const visible = parts.introduce(turn, turn.tokens.restore(safe));
        if (safe !== '' && lengthIn(visible, channel.limits.textUnit) <= channel.limits.textLengthMax)
          live.show(visible);
      }
    } finally {
      await live.end();
    }
    if (turn.reply.blocked()) return new Halt('leak_blocked', { tell: parts.blockedText, escalate: 'guardrail' });
    const whole = text.trim() as CheckedText;
    return { ...turn, answer: step.value, shown: { text: whole, citations: citationsIn(whole, turn), firstTextMs } };
  };
};
