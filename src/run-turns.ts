import type { Logger } from 'pino';

import type { CommitTurn } from '#conversation/commit-turn.ts';
import { LaneLost } from '#conversation/commit-turn.ts';
import { readWaiting, turnId, type WaitingEvent } from '#conversation/open.ts';
import type { OutboundMessage, Sender, ThreadKey } from '#core/channel.ts';
import type { Clock } from '#core/clock.ts';
import type { Vault } from '#core/sealed.ts';
import { Halt, type Observe, type Pipeline } from '#core/stage.ts';
import type { CaseDraft, Opened, Outgoing, Received, Summarized, TurnEnd } from '#core/turn.ts';
import { type ConversationRow, takeLane } from '#store/conversations.ts';
import type { Store } from '#store/open.ts';
import { replyKey } from '#delivery/deliver.ts';
import type { createDesk } from '#escalation/desk.ts';
import type { Exchange } from '#guardrails/exchange-personal-data.ts';

export interface TurnTrace {
  readonly observe: Observe;
  end(outcome: string): void;
}

export interface RunTurnsParts {
  readonly store: Store;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly pipeline: Pipeline<Received, Summarized>;
  readonly desk: ReturnType<typeof createDesk>;
  readonly commit: CommitTurn;
  readonly exchange: Exchange;
  readonly draft: (turn: Opened, reason: string) => Promise<CaseDraft | null>;
  readonly trace: (turn: { id: string; conversation: string; channel: string }) => TurnTrace;
  readonly count: (channel: string, outcome: string) => void;
  readonly eventsPerTurnMax: number;
  readonly attemptsMax: number;
  readonly texts: { readonly unavailable: string; readonly unavailableAlone: string; readonly nobody: string };
  readonly humanAction: OutboundMessage['actions'];
}

/** Drains a conversation's inbox, one turn after another; whatever arrives during a turn joins the next. */
export const createRunTurns = (parts: RunTurnsParts) => {
  const { store, vault, clock } = parts;
  const attempts = new Map<string, number>();

  const opened = (row: ConversationRow, events: readonly WaitingEvent[]): Opened => {
    const sealer = vault.unwrap(row.wrappedKey);
    return {
      owner: { organization: row.organization, person: row.person, conversation: row.conversation },
      fence: row.fence,
      positions: events.map((event) => event.position),
      turn: {
        id: turnId(
          row.conversation,
          events.map((event) => event.position),
        ),
        startedAt: clock.now(),
      },
      channel: row.channel,
      thread: sealer.open(row.thread, 'thread') as ThreadKey,
      sender: JSON.parse(sealer.open(row.profile, 'profile')) as Sender,
      sealer,
      text: events.map((event) => event.text).join('\n\n'),
      pressedHuman: false,
    };
  };

  const endOf = (turn: Opened, outcome: string): TurnEnd => ({
    ...turn,
    outcome,
    answer: null,
    said: [],
    outgoing: [],
    opens: null,
    claims: null,
    closes: null,
  });

  /** A planned end: what is told, forwarded and opened goes into one transaction. */
  const settle = async (turn: Opened, halt: Halt): Promise<void> => {
    const opens = halt.end.escalate === undefined ? null : await parts.draft(turn, halt.end.escalate);
    const nobody = halt.end.escalate !== undefined && !opens;
    const text = nobody ? parts.texts.nobody : halt.end.tell;
    const tell: Outgoing[] =
      text === undefined
        ? []
        : [
            {
              key: replyKey(turn.turn.id),
              channel: turn.channel,
              thread: turn.thread,
              message: { text, ...(halt.end.offersHuman && parts.humanAction ? { actions: parts.humanAction } : {}) },
            },
          ];
    await parts.commit({
      ...endOf(turn, halt.reason),
      said: [
        ...(turn.text === ''
          ? []
          : [{ speaker: 'customer' as const, text: (await parts.exchange(turn, turn.text)).text }]),
        ...(text === undefined ? [] : [{ speaker: 'assistant' as const, text }]),
      ],
      outgoing: [...tell, ...(halt.end.forward ?? [])],
      opens,
    });
  };

  const failed = async (turn: Opened, error: unknown): Promise<string> => {
    const tried = (attempts.get(turn.turn.id) ?? 0) + 1;
    attempts.set(turn.turn.id, tried);
    parts.logger.error(
      {
        turn: turn.turn.id,
        conversation: turn.owner.conversation,
        attempt: tried,
        error: error instanceof Error ? error.name : 'unknown',
        code: errorCode(error),
      },
      'a turn failed',
    );
    if (tried < parts.attemptsMax && !(error instanceof Error && error.name === 'ModelError')) throw error;
    attempts.delete(turn.turn.id);
    const opens = await parts.draft(turn, 'the assistant failed');
    await settle(
      turn,
      new Halt('failed', {
        tell: opens ? parts.texts.unavailable : parts.texts.unavailableAlone,
        ...(opens ? { escalate: 'the assistant failed' } : {}),
      }),
    );
    return 'failed';
  };

  const customerTurn = async (turn: Opened): Promise<void> => {
    const trace = parts.trace({ id: turn.turn.id, conversation: turn.owner.conversation, channel: turn.channel });
    let outcome = 'answered';
    try {
      const received: Received = { owner: turn.owner, fence: turn.fence, positions: turn.positions };
      const made = await parts.pipeline.run(received, trace.observe);
      if (made instanceof Halt) {
        outcome = made.reason;
        await settle(turn, made);
      }
    } catch (error) {
      if (error instanceof LaneLost) throw error;
      outcome = await failed(turn, error);
    } finally {
      trace.end(outcome);
      parts.count(turn.channel, outcome);
    }
  };

  const deskTurn = async (turn: Opened, event: WaitingEvent): Promise<void> => {
    const change = await parts.desk(
      {
        owner: turn.owner,
        turnId: turn.turn.id,
        channel: turn.channel,
        thread: turn.thread,
        customer: turn.sender.displayName,
        sealer: turn.sealer,
      },
      event,
    );
    const said = await Promise.all(
      change.said.map(async (one) => ({ ...one, text: (await parts.exchange(turn, one.text)).text })),
    );
    await parts.commit({ ...endOf(turn, change.outcome), ...change, said });
    parts.count(turn.channel, change.outcome);
  };

  return async (conversation: string, signal: AbortSignal): Promise<void> => {
    const row = await takeLane(store, conversation);
    if (!row) return;
    const sealer = vault.unwrap(row.wrappedKey);
    while (!signal.aborted) {
      const waiting = await readWaiting(store, sealer, conversation, parts.eventsPerTurnMax);
      const [first] = waiting;
      if (!first) return;
      if (first.from === 'desk') {
        await deskTurn(opened(row, [first]), first);
        continue;
      }
      const others = waiting.findIndex((event) => event.from === 'desk');
      await customerTurn(opened(row, others < 0 ? waiting : waiting.slice(0, others)));
    }
  };
};

const errorCode = (error: unknown): string | undefined => {
  const found = error as { reason?: unknown; code?: unknown };
  return typeof found?.reason === 'string' ? found.reason : typeof found?.code === 'string' ? found.code : undefined;
};
