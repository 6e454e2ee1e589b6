import { storeIncidentOver } from '#conversation/inbox.ts';
import type { KnowIncidentParts } from '#conversation/know-incident.ts';
import type { ObeyParts } from '#conversation/obey.ts';
import type { Channel } from '#core/channel.ts';
import type { Clock } from '#core/clock.ts';
import type { Sealer, Vault } from '#core/sealed.ts';
import type { Say } from '#core/sentences.ts';
import type { CaseDraft, Outgoing, Received } from '#core/turn.ts';
import { draftCase } from '#escalation/case-draft.ts';
import { createDesk, type DeskParts } from '#escalation/desk.ts';
import { type DeskTurn, ticketKey } from '#escalation/desk-messages.ts';
import { createNudge } from '#escalation/nudge.ts';
import { createQuietUntil } from '#escalation/quiet-until.ts';
import type { EscalateParts } from '#escalation/escalate.ts';
import { createIncidents } from '#escalation/incidents.ts';
import { createAskRating, createTellRating } from '#escalation/rating.ts';
import { createTellDesk } from '#escalation/tell-desk.ts';
import { createWaitingWords } from '#escalation/waiting-words.ts';
import { createTokens, type TokenEntry } from '#guardrails/pii/tokens.ts';
import type { Exchange } from '#guardrails/exchange-personal-data.ts';
import { terms } from '#knowledge/terms.ts';
import type { CaseRow } from '#store/cases.ts';
import { findConversation } from '#store/conversations.ts';
import { messagesAfter } from '#store/messages.ts';
import type { Lanes } from '#store/lanes.ts';
import type { Store } from '#store/open.ts';

import type { Config } from './config.ts';

export interface OpenDeskParts
  extends Pick<DeskParts, 'explain' | 'share'>, Pick<EscalateParts, 'scoreOf' | 'isMissed'> {
  readonly config: Config;
  readonly store: Store;
  readonly vault: Vault & { sealerOf(name: string): Sealer };
  readonly lanes: Lanes;
  readonly clock: Clock;
  readonly say: Say;
  readonly channels: ReadonlyMap<string, Channel>;
  readonly exchange: Exchange;
}

export type DraftCase = (turn: Received, reason: string, speaker?: string) => Promise<CaseDraft | null>;

export interface OpenDesk {
  /** Drafts a case for the desk with what was said last, personal data restored; null where there is no desk. */
  readonly draft: DraftCase;
  readonly desk: ReturnType<typeof createDesk>;
  /** Reminds agents of what waits too long. */
  readonly nudge: () => Promise<void>;
  /** Tells the room of what is broken and mended. */
  readonly tell: ReturnType<typeof createTellDesk>;
  /** What stages are made with, under the stage's name. */
  readonly obey: Pick<ObeyParts, 'ratingMs' | 'tellRating' | 'waitingWords'>;
  readonly knowIncident: KnowIncidentParts;
  readonly escalate: EscalateParts;
}

/** Messages that a ticket begins with, and that are looked through for promises. */
const messagesRead = 100;
/** Turns on either side of a conversation that an agent reads on the card. */
const lastTurns = 6;

/** How cases come to the desk, and what agents do there. */
export const openDesk = (parts: OpenDeskParts): OpenDesk => {
  const { config, store, vault, lanes, clock, say, channels, exchange, scoreOf, isMissed } = parts;
  const channel = channels.get(config.desk.channel);

  const waitingWords = createWaitingWords({ store, say, clock, hours: config.desk.hours });

  const draft: DraftCase = async (turn, reason, speaker = 'customer') => {
    const thread = channel?.room?.(config.desk.room);
    if (!channel || !thread) return null;
    const found = await findConversation(store, turn.owner.conversation);
    const { tokens } = await exchange(turn, '');
    const rows = found ? await messagesAfter(store, turn.owner, 0, lastTurns) : [];
    const transcript = rows.map((row) => ({
      speaker: row.speaker,
      text: tokens.restore(turn.sealer.open(row.body, 'message')),
    }));
    const room = { channel: channel.name, thread, talk: config.desk.talk };
    return draftCase(room, turn, reason, [...transcript, { speaker, text: turn.text }], await waitingWords(turn));
  };

  const incidents = createIncidents({
    store,
    sealer: vault.sealerOf('incidents'),
    terms,
    clock,
    tellOver: (transaction, owner, wrappedKey, about) =>
      storeIncidentOver(transaction, lanes, owner, vault.unwrap(wrappedKey), about),
  });

  const ticketChannel = channels.get(config.desk.tickets);
  const saidIn = async (turn: DeskTurn): Promise<{ speaker: string; text: string }[]> => {
    const row = await findConversation(store, turn.owner.conversation);
    const tokens = row?.tokens
      ? createTokens(JSON.parse(turn.sealer.open(row.tokens, 'tokens')) as TokenEntry[])
      : null;
    return (await messagesAfter(store, turn.owner, 0, messagesRead)).map(({ speaker, body }) => {
      const text = turn.sealer.open(body, 'message');
      return { speaker, text: tokens ? tokens.restore(text) : text };
    });
  };
  const openTicket = async (turn: DeskTurn, found: CaseRow): Promise<Outgoing> => ({
    key: ticketKey(found.id),
    channel: config.desk.tickets,
    thread: ticketChannel!.ticket!({ id: turn.owner.person, name: turn.customer }),
    message: {
      title: `${turn.customer}: ${found.reason}`,
      facts: [
        { label: 'Who', value: turn.customer },
        { label: 'Channel', value: turn.channel },
        { label: 'Reason', value: found.reason },
      ],
      text: (await saidIn(turn))
        .map(({ speaker, text }) => `${speaker === 'customer' ? turn.customer : speaker}: ${text}`)
        .join('\n\n'),
    },
  });

  const desk = createDesk({
    openTicket: ticketChannel?.ticket ? openTicket : null,
    said: saidIn,
    store,
    say,
    fingerprint: (agent) => vault.index('agent', agent),
    explain: parts.explain,
    share: parts.share,
    incidents,
    askRating: createAskRating({ store, say, restMs: config.desk.ratingRestMs }),
    talk: config.desk.talk,
    undoMs: config.desk.undoMs,
    now: clock.now,
    quietUntil: createQuietUntil({ store, clock, hours: config.quietHours, freshMs: config.limits.freshMs }),
    canEdit: (name) => channels.get(name)?.edit !== undefined,
  });

  const nudge = createNudge({
    store,
    lanes,
    vault,
    clock,
    hours: config.desk.hours,
    afterMs: config.desk.nudgeMs,
    onCall: config.desk.onCall,
  });

  return {
    draft,
    desk,
    nudge,
    // Where the room is, a channel knows only once it is started.
    tell: (news) => createTellDesk({ store, channel, room: channel?.room?.(config.desk.room) })(news),
    obey: { ratingMs: config.desk.ratingMs, tellRating: createTellRating(store), waitingWords },
    knowIncident: { find: incidents.find, say },
    escalate: { store, draft, handOverOn: config.desk.handOverOn, scoreOf, terms, isMissed, say },
  };
};
