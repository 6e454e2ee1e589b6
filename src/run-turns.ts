import type { Logger } from 'pino';

import type { Acquaint } from '#conversation/acquaint.ts';
import type { CommitTurn } from '#conversation/commit-turn.ts';
import { readWaiting, takeTurn, type ToLanguage, toTurn, type WaitingEvent } from '#conversation/open.ts';
import type { Stops } from '#conversation/stops.ts';
import type { createUnsay } from '#conversation/unsay.ts';
import type { OutboundMessage, ThreadKey } from '#core/channel.ts';
import type { Clock } from '#core/clock.ts';
import { Interrupted, LaneLost, ModelError, nameOf } from '#core/errors.ts';
import type { Vault } from '#core/sealed.ts';
import type { Say } from '#core/sentences.ts';
import { Halt, type Pipeline } from '#core/stage.ts';
import type { CaseDraft, Outgoing, Received, Summarized, TurnEnd } from '#core/turn.ts';
import { takeLane, writersDone } from '#store/conversations.ts';
import { lastAnswered } from '#store/csat.ts';
import { turnAt } from '#store/inbox.ts';
import { continuedAt } from '#store/links.ts';
import { findOutbox, releaseQuiet } from '#store/outbox.ts';
import { writeLedger } from '#store/ledger.ts';
import type { Store } from '#store/open.ts';
import { replyKey } from '#delivery/deliver.ts';
import type { createDesk } from '#escalation/desk.ts';
import type { DeskTurn } from '#escalation/desk-messages.ts';
import type { createTellUndelivered } from '#escalation/undelivered.ts';
import type { Exchange } from '#guardrails/exchange-personal-data.ts';
import type { TracedWords, Traces } from '#insight/traces.ts';

export interface RunTurnsParts {
  readonly store: Store;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly pipeline: Pipeline<Received, Summarized>;
  readonly desk: ReturnType<typeof createDesk>;
  readonly commit: CommitTurn;
  readonly exchange: Exchange;
  readonly draft: (turn: Received, reason: string) => Promise<CaseDraft | null>;
  /** What the assistant would answer, for the agent who has the case. */
  readonly suggest: (turn: Received) => ReturnType<DeskTurn['suggest']>;
  readonly trace: Traces['begin'];
  readonly count: (channel: string, outcome: string) => void;
  /** Told of how a case was handled; null where no model answered before. */
  readonly onRated: (channel: string, turn: string | null, score: number) => void;
  readonly eventsPerTurnMax: number;
  readonly attemptsMax: number;
  /** Pause before the first retry of a model; doubles with each one, up to ten seconds. */
  readonly retryDelayMs: number;
  /** How often one answer is begun anew because the person wrote more; 0 lets new words wait for the next turn. */
  readonly interruptsMax: number;
  readonly tellUndelivered: ReturnType<typeof createTellUndelivered>;
  readonly say: Say;
  readonly toLanguage: ToLanguage;
  readonly stops: Stops;
  readonly acquaint: Acquaint;
  readonly hasQuietHours: (channel: string) => boolean;
  readonly unsay: ReturnType<typeof createUnsay>;
  /** Tells on first contact that an AI answers. */
  readonly introduce: (turn: Received, text: string) => string;
  readonly humanAction: (turn: Received) => NonNullable<OutboundMessage['actions']>;
}

/** Drains a conversation's inbox, one turn after another; whatever arrives during a turn joins the next. */
export const createRunTurns = (parts: RunTurnsParts) => {
  const { store, vault, clock } = parts;
  const attempts = new Map<string, number>();
  const interrupts = new Map<string, number>();

  const endOf = (turn: Received, outcome: string): TurnEnd => ({
    ...turn,
    outcome,
    discloses: false,
    forgets: false,
    continues: false,
    answer: null,
    receipt: null,
    cited: [],
    isMissed: false,
    quoted: null,
    prompt: null,
    generatedAt: null,
    guardedAt: null,
    said: [],
    outgoing: [],
    shares: [],
    opens: null,
    claims: null,
    releases: false,
    closes: null,
    tickets: null,
    undoes: [],
    rates: null,
    rated: null,
  });

  /** What a beginning that can be seen ends with, where there is nothing to answer any more. */
  const lastWords = async (turn: Received): Promise<string | undefined> => {
    if (turn.turn.isFirstTry) return undefined;
    const shown = await findOutbox(store, turn.owner, replyKey(turn.turn.id));
    return shown?.state === 'growing' ? parts.say(turn, 'takenBack') : undefined;
  };

  /** Who waits is told how long it may take. */
  const withWait = (text: string | undefined, opens: CaseDraft | null): string | undefined =>
    text && opens?.wait ? `${text} ${opens.wait}` : text;

  /** A planned end: what is told, forwarded and opened goes into one transaction. */
  const settle = async (turn: Received, halt: Halt): Promise<void> => {
    const opens = halt.end.escalate === undefined ? null : await parts.draft(turn, halt.end.escalate);
    const nobody = halt.end.escalate !== undefined && !opens;
    const plain = nobody
      ? (halt.end.tellAlone ?? parts.say(turn, 'nobody'))
      : withWait(halt.end.tell ?? (await lastWords(turn)), opens);
    const text = plain === undefined ? undefined : parts.introduce(turn, plain);
    const tell: Outgoing[] =
      text === undefined
        ? []
        : [
            {
              key: replyKey(turn.turn.id),
              channel: turn.channel,
              thread: turn.thread,
              message: {
                text,
                ...(halt.end.offersHuman ? { actions: parts.humanAction(turn) } : {}),
                ...(halt.end.suggestions?.length ? { suggestions: halt.end.suggestions } : {}),
              },
            },
          ];
    await parts.commit({
      ...endOf(turn, halt.reason),
      discloses: turn.isFirstContact && text !== undefined,
      forgets: halt.end.forgets ?? false,
      continues: halt.end.continues ?? false,
      ...(halt.end.missed === undefined
        ? {}
        : { isMissed: true, receipt: { asked: halt.end.missed, passages: [], kept: {}, takenOut: {} } }),
      said: [
        ...(turn.text === ''
          ? []
          : [{ speaker: 'customer' as const, text: (await parts.exchange(turn, turn.text, { isReply: true })).text }]),
        ...(plain === undefined ? [] : [{ speaker: 'assistant' as const, text: plain }]),
      ],
      outgoing: [...tell, ...(halt.end.forward ?? [])],
      shares: halt.end.shares ?? [],
      rated: halt.end.rated ?? null,
      opens,
    });
    if (halt.end.rated) parts.onRated(turn.channel, await lastAnswered(store, turn.owner), halt.end.rated.score);
  };

  /** What is remembered of a turn between its tries. */
  const forget = (id: string): void => {
    attempts.delete(id);
    interrupts.delete(id);
  };

  /** Retries what may end better next time, within a bound; then the person is told, and a human is asked. */
  const failed = async (turn: Received, error: unknown): Promise<string> => {
    const { id } = turn.turn;
    const tried = (attempts.get(id) ?? 0) + 1;
    attempts.set(id, tried);
    const { conversation } = turn.owner;
    const code = errorCode(error);
    const name = nameOf(error);
    parts.logger.error({ turn: id, conversation, attempt: tried, error: name, code }, 'a turn failed');
    await writeLedger(store, turn.owner, { subject: id, step: 'turn_failed', code: code ?? name });
    const isHopeless = error instanceof ModelError && (error.reason === 'invalid' || error.reason === 'refused');
    if (tried < parts.attemptsMax && !isHopeless) {
      if (!(error instanceof ModelError)) throw error;
      await clock.wait(Math.min(10_000, error.retryAfterMs ?? parts.retryDelayMs * 2 ** (tried - 1)));
      return 'retried';
    }
    forget(id);
    await settle(
      turn,
      new Halt('failed', {
        tell: parts.say(turn, 'unavailable'),
        tellAlone: parts.say(turn, 'unavailableAlone'),
        escalate: 'the assistant failed',
      }),
    );
    return 'failed';
  };

  const interrupted = async (turn: Received): Promise<string> => {
    interrupts.set(turn.turn.id, (interrupts.get(turn.turn.id) ?? 0) + 1);
    await writeLedger(store, turn.owner, { subject: turn.turn.id, step: 'interrupted' });
    return 'interrupted';
  };

  const customerTurn = async (turn: Received): Promise<void> => {
    const { organization, person, conversation } = turn.owner;
    const trace = parts.trace({ id: turn.turn.id, organization, person, conversation, channel: turn.channel });
    let outcome = 'answered';
    let words: TracedWords | undefined;
    if (parts.hasQuietHours(turn.channel)) await releaseQuiet(store, turn.owner);
    using _ = parts.stops.watch(conversation, Math.max(...turn.positions), turn.stopping);
    try {
      const made = await parts.pipeline.run(turn, trace.observe);
      if (made instanceof Halt) {
        outcome = made.reason;
        await settle(turn, made);
      } else words = { question: made.question, answer: made.shown.text, by: made.answer, prompt: made.prompt };
      forget(turn.turn.id);
    } catch (error) {
      if (error instanceof LaneLost) {
        outcome = 'lane_lost';
        throw error;
      }
      outcome = error instanceof Interrupted ? await interrupted(turn) : await failed(turn, error);
    } finally {
      trace.end(outcome, words);
      parts.count(turn.channel, outcome);
    }
  };

  const undeliveredTurn = async (turn: Received, event: WaitingEvent): Promise<void> => {
    const told = await parts.tellUndelivered(turn, { key: event.key ?? '', why: event.action ?? '' });
    await parts.commit({ ...endOf(turn, 'undelivered'), ...told });
    await writeLedger(store, turn.owner, { subject: turn.turn.id, step: 'told_to_desk' });
  };

  const linkedTurn = async (turn: Received, { channel, sender }: WaitingEvent): Promise<void> => {
    const text = parts.say(turn, 'linked', { channel, name: sender.displayName });
    const told = { key: replyKey(turn.turn.id), channel: turn.channel, thread: turn.thread, message: { text } };
    await parts.commit({ ...endOf(turn, 'linked'), outgoing: [told] });
  };

  const incidentTurn = async (turn: Received, { text }: WaitingEvent): Promise<void> => {
    const message = { text: parts.say(turn, 'incidentOver', { text }) };
    const told = { key: replyKey(turn.turn.id), channel: turn.channel, thread: turn.thread, message };
    await parts.commit({ ...endOf(turn, 'incident_over'), outgoing: [told] });
  };

  const deskTurn = async (turn: Received, event: WaitingEvent): Promise<void> => {
    const place = await continuedAt(store, turn.owner.conversation);
    const change = await parts.desk(
      {
        owner: turn.owner,
        turnId: turn.turn.id,
        channel: turn.channel,
        language: turn.language,
        thread: turn.thread,
        customer: turn.sender.displayName,
        continuedAt: place && {
          channel: place.channel,
          thread: vault.unwrap(place.wrappedKey).open(place.thread, 'thread') as ThreadKey,
        },
        timezone: turn.sender.timezone,
        sealer: turn.sealer,
        suggest: () => parts.suggest(turn),
      },
      {
        ...event,
        attachments: event.attachments ?? [],
        changedTurn: event.changes === null ? null : await turnAt(store, turn.owner, event.changes),
      },
    );
    const said = await Promise.all(
      change.said.map(async (one) => ({ ...one, text: (await parts.exchange(turn, one.text)).text })),
    );
    await parts.commit({ ...endOf(turn, change.outcome), ...change, said });
    parts.count(turn.channel, change.outcome);
  };

  return async (conversation: string, signal: AbortSignal): Promise<void> => {
    const take = () => takeLane(store, conversation, parts.eventsPerTurnMax);
    let taken = await take();
    if (!taken) {
      await writersDone(store, conversation);
      taken = await take();
    }
    for (; taken; taken = signal.aborted ? null : await take()) {
      const sealer = vault.unwrap(taken.row.wrappedKey);
      const waiting = readWaiting(sealer, taken.waiting);
      const [first] = waiting;
      if (!first) return;
      const row = await parts.acquaint.withPerson(taken.row, sealer);
      const turn = toTurn({ ...taken, row }, sealer, takeTurn(waiting), {
        now: clock.now(),
        toLanguage: parts.toLanguage,
      });
      if (first.from === 'desk') await deskTurn(turn, await parts.acquaint.withSpeaker(first));
      else if (first.from === 'delivery') await undeliveredTurn(turn, first);
      else if (first.from === 'link') await linkedTurn(turn, first);
      else if (first.from === 'incident') await incidentTurn(turn, first);
      else {
        if (first.changes !== null) await parts.unsay(turn, first.changes);
        const mayBeInterrupted = (interrupts.get(turn.turn.id) ?? 0) < parts.interruptsMax;
        const isLastTry = (attempts.get(turn.turn.id) ?? 0) + 1 >= parts.attemptsMax;
        await customerTurn({ ...turn, turn: { ...turn.turn, isLastTry }, mayBeInterrupted });
      }
    }
  };
};

const errorCode = (error: unknown): string | undefined => {
  const found = error as { reason?: unknown; code?: unknown };
  return typeof found?.reason === 'string' ? found.reason : typeof found?.code === 'string' ? found.code : undefined;
};
