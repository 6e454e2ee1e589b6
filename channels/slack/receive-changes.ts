import type { InboundChange, InboundFeedback, Sender } from '#core/channel.ts';
import { toSentKey } from './keys.ts';
import type { Identity } from './receive.ts';
import { toCommonMark } from './mrkdwn.ts';
import { object, text, timestamp, toDate } from './read.ts';
import type { Json } from './verify.ts';

/** Reactions that judge, by the names Slack has for them; a skin tone follows after two colons. */
const ratings: Readonly<Record<string, InboundFeedback['rating']>> = {
  '+1': 'good',
  thumbsup: 'good',
  '-1': 'bad',
  thumbsdown: 'bad',
};

/** What a person made of a message of theirs, or null: what we edit ourselves comes back as well, and so does a link that unfurls. */
export const toChange = (event: Json, identity: Identity): InboundChange | null => {
  const room = text(event['channel']);
  const at = timestamp(event['event_ts']) ?? timestamp(event['ts']);
  const before = object(event['previous_message']);
  const after = object(event['message']);
  const isOurs = [before, after].some(
    (message) => message['bot_id'] !== undefined || message['user'] === identity.botUser,
  );
  if (room === undefined || at === undefined || isOurs) return null;
  const base = { channel: 'slack', id: `${identity.team}:${room}:${at}:change`, sentAt: toDate(at) };
  const of = (ts: string) => ({ ...base, of: `${identity.team}:${room}:${ts}` });
  // The head of a thread that has replies leaves a tombstone in its place.
  const isGone = event['subtype'] === 'message_deleted' || after['subtype'] === 'tombstone';
  const ts = timestamp(isGone ? (event['deleted_ts'] ?? before['ts']) : after['ts']);
  if (ts === undefined) return null;
  if (isGone) return { ...of(ts), kind: 'deleted' };
  const words = typeof after['text'] === 'string' ? after['text'] : '';
  if (words === before['text']) return null;
  return { ...of(ts), kind: 'edited', text: toCommonMark(words, identity.botUser) };
};

/** A thumb up or down on a message of ours, or null. */
export const toReaction = (event: Json, identity: Identity, sender: Sender): InboundFeedback | null => {
  const item = object(event['item']);
  const [room, ts, name] = [text(item['channel']), timestamp(item['ts']), text(event['reaction'])];
  const at = timestamp(event['event_ts']);
  const rating = ratings[name?.split('::')[0] ?? ''];
  const isOurs = event['item_user'] === undefined || event['item_user'] === identity.botUser;
  if (room === undefined || ts === undefined || at === undefined || !rating || !isOurs) return null;
  return {
    kind: 'feedback',
    channel: 'slack',
    id: [identity.team, room, ts, name, sender.id, at].join(':'),
    sender,
    sentAt: toDate(at),
    message: toSentKey(room, ts),
    rating: event['type'] === 'reaction_removed' ? null : rating,
  };
};
