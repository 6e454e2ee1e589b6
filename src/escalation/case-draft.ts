import type { Action, OutboundMessage, ThreadKey } from '#core/channel.ts';
import type { CaseDraft, Outgoing, Received } from '#core/turn.ts';

export interface DeskRoom {
  readonly channel: string;
  readonly thread: ThreadKey;
  readonly talk: TalkRule;
}

const actions = {
  claim: { label: 'Claim', style: 'primary' },
  reply: { label: 'Reply', asks: 'Your reply to the customer' },
  back: { label: 'Hand back to the assistant' },
  release: { label: 'Put back in the queue' },
  resolve: { label: 'Resolve', style: 'danger' },
  undo: { label: 'Undo' },
  ticket: { label: 'Open a ticket' },
} as const satisfies Record<string, Omit<Action, 'id'>>;

export type CaseAct = keyof typeof actions;

/** Buttons that name their case: a press may arrive before the platform has told us where the card is. */
export const caseActions = (id: string, acts: readonly CaseAct[]): Action[] =>
  acts.map((act) => ({ id: `${act}:${id}`, ...actions[act] }));

export const isCaseAct = (name: string): name is CaseAct => Object.hasOwn(actions, name);

const pressed = /^(\w+):([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/** What a press on a card asks for, and for which case; null for a button that is not on a card. */
export const toCaseAction = (action: string): { act: CaseAct; id: string } | null => {
  const [, act, id] = pressed.exec(action) ?? [];
  return act && id && isCaseAct(act) ? { act, id } : null;
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

const languageNames = new Intl.DisplayNames(['en'], { type: 'language' });
const languageName = (code: string): string => languageNames.of(code) ?? code;

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

/** `shared`: what the holder of a case writes in its thread goes to the customer; `private`: only a reply does. */
export type TalkRule = 'private' | 'shared';

const talkRules: Readonly<Record<TalkRule, string>> = {
  private: 'What is written in this thread stays here; `reply …` goes to the customer.',
  shared:
    'Claim the case, then write in this thread: what you write goes to the customer. Lines beginning with `//` stay here.',
};

const commands = [
  '`claim`, `take over`, `release`: who has the case',
  '`reply …`, `undo`: what the customer is sent',
  '`back`, `resolve`: the assistant answers again',
  '`snooze 2h`: a reminder here',
  '`ticket`: goes on in the ticket system, too',
  '`!draft`: what the assistant would answer now, for you alone',
  '`!promises`: what the customer was told that we will do',
  '`!why`: what the last answer leans on',
  '`!incident Payments are down, next update 15:00 | card, checkout`, `!incident over`: what everybody who asks is told',
];

/** What a card tells of how to work on it, in short. */
const inShort = (talk: TalkRule): string => `${talkRules[talk]} Type \`!help\` for all that you can type here.`;

export const howTo = (talk: TalkRule): string =>
  `${talkRules[talk]}\n\n${commands.map((line) => `- ${line}`).join('\n')}`;

/** What opening a case brings into being: its row, its card in the desk room, and below it what the card has no room for. */
export const draftCase = (
  { talk, ...room }: DeskRoom,
  turn: Received,
  reason: string,
  said: readonly Said[],
  wait: string,
): CaseDraft => {
  // A turn opens one case at the most, so its id serves: a second try at the turn finds the same case.
  const id = turn.turn.id;
  const transcript = toTranscript(said);
  const excerpt = toExcerpt(said);
  const card: OutboundMessage = {
    title: `${turn.sender.displayName} needs a person`,
    facts: [
      { label: 'Who', value: turn.sender.displayName },
      { label: 'Channel', value: turn.channel },
      { label: 'Language', value: languageName(turn.language) },
      { label: 'Reason', value: reason },
      { label: 'State', value: 'waiting' },
    ],
    text: `${excerpt}\n\n${inShort(talk)}`,
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
  return {
    id,
    reason,
    channel: room.channel,
    card,
    wait,
    outgoing: transcript === excerpt ? [posted] : [posted, story],
  };
};

/** The card as it reads after a change of state. */
export const withState = (card: OutboundMessage, state: string, actions: readonly Action[]): OutboundMessage => ({
  ...card,
  facts: (card.facts ?? []).map((fact) => (fact.label === 'State' ? { ...fact, value: state } : fact)),
  actions,
});
