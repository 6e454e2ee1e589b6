import type { Channel, Citation, OutboundMessage } from '#core/channel.ts';
import type { Clock } from '#core/clock.ts';
import { ChannelError, Interrupted, LaneLost, Stopped } from '#core/errors.ts';
import type { Say } from '#core/sentences.ts';
import { Halt } from '#core/stage.ts';
import type { Outgoing, CheckedText, Delivered, OutputGuarded } from '#core/turn.ts';
import { holdsFence } from '#store/conversations.ts';
import type { Store } from '#store/open.ts';
import { findOutbox, holdGrowing, markShown, markUnsettled, type OutboxRow } from '#store/outbox.ts';

import { createLiveMessage, type Pace } from './live-message.ts';
import { createSafePrefix } from './safe-prefix.ts';
import type { SendRow } from './send-row.ts';

export interface DeliverParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly channels: ReadonlyMap<string, Channel>;
  readonly sendRow: SendRow;
  /** How words grow, besides the channel's own least interval. */
  readonly pace: Omit<Pace, 'intervalMs'>;
  /** Tells on first contact that an AI answers. */
  readonly introduce: (turn: OutputGuarded, text: string) => string;
  /** Told when the reader can see the first words. */
  readonly onFirstText: (channel: string, afterMs: number) => void;
  readonly say: Say;
}

/** Our own name for the answer of a turn. */
export const replyKey = (turn: string): string => `${turn}:reply`;

/** The answer of a turn as what goes out. */
export const toReply = (
  { turn, channel, thread }: Pick<OutputGuarded, 'turn' | 'channel' | 'thread'>,
  message: OutboundMessage,
): Outgoing => ({ key: replyKey(turn.id), channel, thread, message });

/** The passages the text cites, in the order of their numbers. */
export const citationsIn = (text: string, turn: Pick<OutputGuarded, 'passages'>): Citation[] => {
  const numbers = [...new Set([...text.matchAll(/\[(\d{1,2})\]/g)].map((match) => Number(match[1])))].sort(
    (a, b) => a - b,
  );
  return numbers.flatMap((number) => {
    const passage = turn.passages[number - 1];
    return passage ? [{ number, title: passage.title, ...(passage.url ? { url: passage.url } : {}) }] : [];
  });
};

/** How soon it is looked again whether the messages before this one are out. */
const earlierFirstMs = 250;

/** Shows the answer of a turn as it grows, under the lane's fence. */
const createWriter = ({ store, sendRow }: DeliverParts, turn: OutputGuarded, channel: Channel) => {
  const key = replyKey(turn.turn.id);
  const place = {
    ...turn.owner,
    key,
    channel: channel.name,
    thread: turn.sealer.seal(turn.thread, 'thread'),
    // The whole text takes this place at the turn's end; what grows is never sent again from here.
    body: turn.sealer.seal(JSON.stringify({ text: '' } satisfies OutboundMessage), 'outbox'),
  };
  const lastPosition = Math.max(...turn.positions);
  let row: OutboxRow | null = null;
  /** A place may be known with nothing in it yet. */
  let isShown = false;

  const hold = async (): Promise<void> => {
    const held = await holdGrowing(store, place, turn.fence, lastPosition);
    if (!held && (await holdsFence(store, turn.owner.conversation, turn.fence)))
      throw new ChannelError(channel.name, 'rate_limited', 'earlier_first', { retryAfterMs: earlierFirstMs });
    if (!held) throw new LaneLost(turn.owner.conversation);
    // Asked in another process.
    if (held.isStopped) turn.stopping.abort(new Stopped());
    if (held.wroteMore && turn.mayBeInterrupted) throw new Interrupted(turn.owner.conversation);
  };

  return async (text: string): Promise<void> => {
    if (!row && !turn.turn.isFirstTry) row = await findOutbox(store, turn.owner, key);
    const current: OutboxRow = row ?? {
      ...place,
      replaces: null,
      follows: null,
      state: 'growing',
      attemptedAt: null,
      attempts: 0,
      dueInMs: 0,
      ageMs: 0,
      createdAt: new Date(),
      sent: null,
      unsettled: false,
    };
    try {
      const shown = await sendRow(
        current,
        turn.sealer,
        { text, by: 'assistant', partial: true },
        { use: isShown ? 'growth' : 'first', hold },
      );
      if (!current.sent) await markShown(store, current, shown.sealed, shown.index);
      row = { ...current, sent: shown.sealed, attemptedAt: null };
      isShown = true;
    } catch (error) {
      if (!(error instanceof ChannelError)) throw error;
      // A place may have been found or taken before it failed: the next try must know, and not take another.
      if (!current.sent) row = await findOutbox(store, turn.owner, key);
      else if (error.reason === 'ambiguous') await markUnsettled(store, current);
      throw error;
    }
  };
};

/**
 * Drains the checked reply and lets it grow on the platform, where the platform can edit. The whole text is written by the
 * turn's end through the outbox, over the same message.
 */
export const deliver =
  (parts: DeliverParts) =>
  async (turn: OutputGuarded): Promise<Delivered | Halt> => {
    const channel = parts.channels.get(turn.channel);
    if (!channel) return new Halt('channel_off');
    const began = performance.now();
    let firstTextMs: number | null = null;
    let guardedAt: Date | null = null;
    const write = createWriter(parts, turn, channel);
    const live = createLiveMessage({
      clock: parts.clock,
      pace: { ...parts.pace, intervalMs: channel.limits.editIntervalMs },
      write: async (text) => {
        await write(text);
        if (firstTextMs !== null) return;
        firstTextMs = performance.now() - began;
        parts.onFirstText(channel.name, firstTextMs);
      },
    });
    const { text: pieces } = turn.reply;
    const toSafe = createSafePrefix();
    let text = '';
    let shown = '';
    const asked = pieces.next();
    // A sign of life while the model thinks; where the platform has none, the words themselves must do.
    const isFirst = turn.summary === null && !turn.recent.some(({ role }) => role === 'user');
    channel.showTyping?.(turn.thread, 'writing', isFirst ? turn.text : undefined).catch(() => undefined);
    let step = await asked;
    try {
      for (; !step.done && !live.stopped; step = await pieces.next()) {
        guardedAt ??= parts.clock.now();
        text += step.value;
        const safe = channel.edit ? toSafe(text) : '';
        // Most pieces end no sentence, and to tell whether a text fits takes rendering it.
        if (safe === shown) continue;
        shown = safe;
        const visible = parts.introduce(turn, turn.tokens.restore(safe));
        if (channel.fits({ text: visible, partial: true }, turn.thread)) live.show(visible);
      }
    } finally {
      await live.end();
      await pieces.return(undefined as never);
    }
    if (live.stopped) throw live.stopped;
    if (!step.done) throw new LaneLost(turn.owner.conversation);
    if (turn.reply.blocked())
      return new Halt('leak_blocked', { tell: parts.say(turn, 'blocked'), escalate: 'guardrail' });
    // What was cut off in the middle is shown up to where it can be.
    const whole = (step.value.stopReason === 'stopped' ? toSafe(text) : text).trim() as CheckedText;
    if (whole === '' && step.value.stopReason === 'stopped')
      return new Halt('stopped', { tell: parts.say(turn, 'stopped') });
    return {
      ...turn,
      answer: step.value,
      shown: {
        text: whole,
        citations: citationsIn(whole, turn),
        firstTextMs,
        guardedAt,
        generatedAt: parts.clock.now(),
      },
    };
  };
