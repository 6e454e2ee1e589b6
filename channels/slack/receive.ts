import type {
  InboundAction,
  InboundEvent,
  InboundFeedback,
  InboundMessage,
  InboundOpening,
  InboundStop,
  Sender,
} from '#core/channel.ts';
import { toAttachments } from './files.ts';
import { isDirectRoom, rootOf, threadOf, toSentKey, toThreadKey } from './keys.ts';
import { toCommonMark } from './mrkdwn.ts';
import { first, object, text, timestamp, toDate } from './read.ts';
import { toChange, toReaction } from './receive-changes.ts';
import type { Json } from './verify.ts';

/** Ends the `action_id` of a button that opens a dialog; its `value` is the label of the input. */
export const asksSuffix = ':asks';

/** The `action_id` of the thumbs below an answer; their `value` is the rating. */
export const judgesId = 'judges';
/** Begins the `action_id` of a button that says its `value` as the person's words. */
export const saysPrefix = 'says:';

/** The subtypes in which a person says something; a message without a subtype is one too. */
const spokenSubtypes = new Set(['file_share', 'thread_broadcast', 'me_message']);

export interface Identity {
  readonly team: string;
  readonly botUser: string;
}

/** The press of a button that first asks for text. */
export interface Asking {
  readonly triggerId: string;
  readonly room: string;
  /** The message that holds the button. */
  readonly ts: string;
  readonly root: string | null;
  /** The action without its suffix. */
  readonly action: string;
  readonly label: string;
  /** What to ask for. */
  readonly asks: string;
}

/** The person behind a body, or undefined when nobody is. */
const senderIdOf = (body: Json): string | undefined =>
  text(object(body['event'])['user']) ??
  text(object(object(body['event'])['assistant_thread'])['user_id']) ??
  text(object(body['user'])['id']) ??
  text(body['user_id']);

const organizationOf = (body: Json): string | undefined => {
  const event = object(body['event']);
  // In a shared channel the person may belong to another company than the app.
  return (
    text(event['user_team']) ??
    text(object(body['user'])['team_id']) ??
    text(first(body['authorizations'])['team_id']) ??
    text(body['team_id']) ??
    text(object(body['team'])['id'])
  );
};

/** Events name people by nothing but their id: who they are is asked for when they are answered. */
export const toSender = (body: Json, identity: Identity): Sender | null => {
  const id = senderIdOf(body);
  if (id === undefined || id === identity.botUser || id === 'USLACK') return null;
  return { displayName: id, id, organization: organizationOf(body) ?? identity.team };
};

/** Where a body comes from, if it is from a direct message, and whose direct messages these are. */
export const directRoomOf = (body: Json): { person: string; room: string } | null => {
  const event = object(body['event']);
  const room =
    text(event['channel']) ??
    text(object(event['assistant_thread'])['channel_id']) ??
    text(object(body['channel'])['id']) ??
    text(body['channel_id']);
  const person = senderIdOf(body);
  const isTold = room !== undefined && isDirectRoom(room) && person !== undefined && event['bot_id'] === undefined;
  return isTold ? { person, room } : null;
};

const toMessage = (body: Json, identity: Identity, sender: Sender): InboundMessage | null => {
  const event = object(body['event']);
  const room = text(event['channel']);
  const ts = timestamp(event['ts']);
  const subtype = text(event['subtype']);
  if (room === undefined || ts === undefined || event['bot_id'] !== undefined) return null;
  if (subtype !== undefined && !spokenSubtypes.has(subtype)) return null;
  const words = typeof event['text'] === 'string' ? event['text'] : '';
  const attachments = toAttachments(event, identity.team);
  const isDirect = event['channel_type'] === 'im' || isDirectRoom(room);
  const isMention = event['type'] === 'app_mention' || words.includes(`<@${identity.botUser}`);
  return {
    kind: 'message',
    channel: 'slack',
    // A mention in a channel comes as `message` and as `app_mention`, with two event ids but one ts.
    id: `${identity.team}:${room}:${ts}`,
    thread: toThreadKey(threadOf(identity.team, room, sender.id, rootOf(room, ts, text(event['thread_ts'])))),
    sender,
    sentAt: toDate(ts),
    // Finer than a date.
    order: ts,
    text: toCommonMark(words, identity.botUser),
    ...(attachments.length > 0 ? { attachments } : {}),
    setting: isDirect ? 'direct' : 'group',
    addressed: isDirect || isMention,
    ...(!isDirect && !isMention && /<@[UW][A-Z0-9]+/.test(words) ? { aside: true } : {}),
  };
};

interface Pressed {
  readonly room: string;
  readonly root: string | null;
  readonly ts: string;
  readonly action: Json;
  readonly actionId: string;
}

const toPressed = (body: Json): Pressed | null => {
  const container = object(body['container']);
  const message = object(body['message']);
  const room = text(object(body['channel'])['id']) ?? text(container['channel_id']);
  const ts = timestamp(message['ts']) ?? timestamp(container['message_ts']);
  const action = first(body['actions']);
  const actionId = text(action['action_id']);
  if (room === undefined || ts === undefined || actionId === undefined) return null;
  const threadTs = text(message['thread_ts']) ?? text(container['thread_ts']);
  return { room, root: rootOf(room, ts, threadTs), ts, action, actionId };
};

/** The press of a button that asks for text, or null. It needs its dialog within three seconds. */
export const toAsking = (body: Json): Asking | null => {
  const pressed = body['type'] === 'block_actions' ? toPressed(body) : null;
  const triggerId = text(body['trigger_id']);
  if (!pressed?.actionId.endsWith(asksSuffix) || triggerId === undefined) return null;
  const label = text(object(pressed.action['text'])['text']) ?? 'Write';
  return {
    triggerId,
    room: pressed.room,
    ts: pressed.ts,
    root: pressed.root,
    action: pressed.actionId.slice(0, -asksSuffix.length),
    label,
    asks: text(pressed.action['value']) ?? label,
  };
};

const toPress = (
  body: Json,
  identity: Identity,
  sender: Sender,
): InboundAction | InboundFeedback | InboundMessage | null => {
  const pressed = toPressed(body);
  if (!pressed || pressed.actionId.endsWith(asksSuffix)) return null;
  const { room, root, ts, actionId } = pressed;
  const actionTs = timestamp(pressed.action['action_ts']) ?? ts;
  const value = text(pressed.action['value']) ?? '';
  const base = {
    channel: 'slack',
    id: [identity.team, room, ts, actionId, sender.id, actionTs].join(':'),
    sender,
    sentAt: toDate(actionTs),
  };
  const message = toSentKey(room, ts);
  if (actionId === judgesId)
    return value === 'good' || value === 'bad' ? { ...base, kind: 'feedback', message, rating: value } : null;
  const place = { ...base, thread: toThreadKey(threadOf(identity.team, room, sender.id, root)) };
  if (actionId.startsWith(saysPrefix))
    return {
      ...place,
      kind: 'message',
      text: value,
      setting: isDirectRoom(room) ? 'direct' : 'group',
      addressed: true,
    };
  return { ...place, kind: 'action', action: actionId, message };
};

/** A person opened our messages tab, or a thread with the assistant. The same place opens once, however often it is opened. */
const toOpening = (event: Json, identity: Identity, sender: Sender): InboundOpening | null => {
  const thread = object(event['assistant_thread']);
  const room = text(thread['channel_id']) ?? text(event['channel']);
  const root = timestamp(thread['thread_ts']) ?? null;
  const at = timestamp(event['event_ts']);
  const isTalk = event['type'] === 'assistant_thread_started' || event['tab'] === 'messages';
  if (room === undefined || at === undefined || !isTalk) return null;
  return {
    kind: 'opened',
    channel: 'slack',
    id: `${identity.team}:${room}:${root ?? ''}:opened`,
    thread: toThreadKey(threadOf(identity.team, room, sender.id, root)),
    sender,
    sentAt: toDate(at),
  };
};

/** The person has pressed Stop on what was streaming. */
const toStop = (event: Json, identity: Identity, sender: Sender): InboundStop | null => {
  const [room, root, at] = [text(event['channel']), timestamp(event['thread_ts']), timestamp(event['event_ts'])];
  if (room === undefined || root === undefined || at === undefined) return null;
  return {
    kind: 'stopped',
    channel: 'slack',
    id: `${identity.team}:${room}:${root}:${at}:stopped`,
    thread: toThreadKey(threadOf(identity.team, room, sender.id, root)),
    sender,
    sentAt: toDate(at),
  };
};

const parseObject = (value: unknown): Json => {
  try {
    return object(JSON.parse(String(value)));
  } catch {
    return {};
  }
};

const toSubmission = (body: Json, identity: Identity, sender: Sender, now: Date): InboundAction | null => {
  const view = object(body['view']);
  const id = text(view['id']);
  const from = parseObject(view['private_metadata']);
  const [room, ts, root, action] = [text(from['room']), text(from['ts']), text(from['root']), text(from['action'])];
  if (id === undefined || room === undefined || ts === undefined || action === undefined) return null;
  const [values] = Object.values(object(object(view['state'])['values']));
  const [input] = Object.values(object(values));
  return {
    kind: 'action',
    channel: 'slack',
    id,
    thread: toThreadKey(threadOf(identity.team, room, sender.id, root ?? null)),
    sender,
    // A submission carries no time of its own.
    sentAt: now,
    action,
    message: toSentKey(room, ts),
    text: text(object(input)['value']) ?? '',
  };
};

/** A verified event or act as ours; null when it is not for us. */
export const toInboundEvent = (body: Json, identity: Identity, now = new Date()): InboundEvent | null => {
  const event = object(body['event']);
  if (event['subtype'] === 'message_changed' || event['subtype'] === 'message_deleted')
    return toChange(event, identity);
  const sender = toSender(body, identity);
  if (!sender) return null;
  if (body['type'] === 'block_actions') return toPress(body, identity, sender);
  if (body['type'] === 'view_submission') return toSubmission(body, identity, sender, now);
  switch (event['type']) {
    case 'message':
    case 'app_mention':
      return toMessage(body, identity, sender);
    case 'agent_session_stopped':
      return toStop(event, identity, sender);
    case 'reaction_added':
    case 'reaction_removed':
      return toReaction(event, identity, sender);
    case 'app_home_opened':
    case 'assistant_thread_started':
      return toOpening(event, identity, sender);
    default:
      return null;
  }
};

/**
 * The workspaces that a body was made for, the likeliest first, and the organization where the app was installed for all of its
 * workspaces. In a shared channel the team at the top may be the other company.
 */
export const placesOf = (body: Json): { readonly teams: readonly string[]; readonly organization?: string } => {
  const authorizations = Array.isArray(body['authorizations']) ? body['authorizations'].map(object) : [];
  const authorized = authorizations.flatMap(({ team_id: team }) => text(team) ?? []);
  const named = [
    body['context_team_id'],
    body['team_id'],
    object(body['team'])['id'],
    object(body['view'])['app_installed_team_id'],
  ].flatMap((team) => text(team) ?? []);
  const teams = authorized.length > 0 ? authorized : named;
  const [authorization = body] = authorizations;
  const isWhole = [true, 'true'].includes(authorization['is_enterprise_install'] as boolean);
  const organization =
    text(authorization['enterprise_id']) ??
    text(body['context_enterprise_id']) ??
    text(object(body['enterprise'])['id']);
  return { teams, ...(isWhole && organization !== undefined ? { organization } : {}) };
};
