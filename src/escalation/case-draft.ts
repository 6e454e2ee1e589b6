import type { Action, OutboundMessage, ThreadKey } from '#core/channel.ts';
import type { CaseDraft, Outgoing, Received } from '#core/turn.ts';

export interface DeskRoom {
  readonly channel: string;
  readonly thread: ThreadKey;
}

const actions = {
  claim: { label: 'Claim', style: 'primary' },
  reply: { label: 'Reply', asks: 'Your reply to the customer' },
  back: { label: 'Hand back to the assistant' },
  resolve: { label: 'Resolve', style: 'danger' },
} as const satisfies Record<string, Omit<Action, 'id'>>;

export type CaseAct = keyof typeof actions;

/** Buttons that name their case: a press may arrive before the platform has told us where the card is. */
export const caseActions = (id: string, acts: readonly CaseAct[]): Action[] =>
  acts.map((act) => ({ id: `${act}:${id}`, ...actions[act] }));

const pressed = /^(claim|reply|back|resolve):([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/** What a press on a card asks for, and for which case; null for a button that is not on a card. */
export const toCaseAction = (action: string): { act: CaseAct; id: string } | null => {
  const [, act, id] = pressed.exec(action) ?? [];
  return act && id ? { act: act as CaseAct, id } : null;
};

/** Our own name for the card of a case: every message of its thread follows it. */
const cardSuffix = ':card';
export const cardKey = (id: string): string => `${id}${cardSuffix}`;
export const isCard = (key: string): boolean => key.endsWith(cardSuffix);
/** A card, or a message that stands with one: for agents, in the desk's room. */
export const isInCase = (row: {
  readonly key: string;
  readonly follows: string | null;
  readonly replaces: string | null;
}): boolean => [row.key, row.follows, row.replaces].some((key) => key !== null && isCard(key));
export const caseOfCard = (key: string): string => key.slice(0, -cardSuffix.length);

const quote = (text: string): string =>
  text
    .split('\n')
    .map((line) => `> ${line}`)
    .join('\n');

interface Said {
  readonly speaker: string;
  readonly text: string;
}

/** Characters of talk on a card. Where a message holds least, it holds 2,000, and a card has more to say than this. */
const excerptLengthMax = 1200;

const toTranscript = (said: readonly Said[]): string =>
  said.map((one) => `**${one.speaker}**\n${quote(one.text)}`).join('\n\n');

/** The last things said, as many as a card takes; the very last one is cut rather than left out. */
const toExcerpt = (said: readonly Said[]): string => {
  const from = said.findIndex((_, index) => toTranscript(said.slice(index)).length <= excerptLengthMax);
  if (from >= 0) return toTranscript(said.slice(from));
  const cut = toTranscript(said.slice(-1))
    .slice(0, excerptLengthMax)
    .replace(/[\uD800-\uDBFF]$/, '');
  return `${cut}…`;
};

export const howTo =
  'Claim the case, then write in this thread: what you write goes to the customer. Lines beginning with `//` stay here. You can also type `claim`, `reply …`, `back` or `resolve`, and `!why` to see what the last answer leans on.';

/** What opening a case brings into being: its row, its card in the desk room, and below it what the card has no room for. */
export const draftCase = (room: DeskRoom, turn: Received, reason: string, said: readonly Said[]): CaseDraft => {
  // A turn opens one case at the most, so its id serves: a second try at the turn finds the same case.
  const id = turn.turn.id;
  const transcript = toTranscript(said);
  const excerpt = toExcerpt(said);
  const card: OutboundMessage = {
    title: `${turn.sender.displayName} needs a person`,
    facts: [
      { label: 'Who', value: turn.sender.displayName },
      { label: 'Channel', value: turn.channel },
      { label: 'Reason', value: reason },
      { label: 'State', value: 'waiting' },
    ],
    text: `${excerpt}\n\n${howTo}`,
    actions: caseActions(id, ['claim', 'reply', 'resolve']),
  };
  const posted: Outgoing = { key: cardKey(id), channel: room.channel, thread: room.thread, message: card };
  const story: Outgoing = {
    key: `${id}:story`,
    channel: room.channel,
    thread: '' as ThreadKey,
    follows: cardKey(id),
    message: { text: `What was said, in full:\n\n${transcript}` },
  };
  return { id, reason, channel: room.channel, card, outgoing: transcript === excerpt ? [posted] : [posted, story] };
};

/** The card as it reads after a change of state. */
export const withState = (card: OutboundMessage, state: string, actions: readonly Action[]): OutboundMessage => ({
  ...card,
  facts: (card.facts ?? []).map((fact) => (fact.label === 'State' ? { ...fact, value: state } : fact)),
  actions,
});
