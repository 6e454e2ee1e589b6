import { z } from 'zod';
import type {
  Command,
  InboundAction,
  InboundChange,
  InboundEvent,
  InboundMessage,
  InboundOpening,
} from '#core/channel.ts';
import {
  baseOf,
  fingerprintOf,
  kindOf,
  messageIdOf,
  readAs,
  sentAtOf,
  toActivityOf,
  type Activity,
} from './activity.ts';
import { toAttachment } from './attachments.ts';
import { toJudgment, toReaction } from './feedback.ts';
import { roomOf } from './keys.ts';
import { toExecuted, toSubmitted } from './press.ts';

const mentionSchema = z.object({
  type: z.literal('mention'),
  mentioned: z.object({ id: z.string() }),
  text: z.string().min(1).optional().catch(undefined),
});
const memberSchema = z.object({ id: z.string() });

/** As the manifest offers them; the client writes the word into the message. */
const commands: ReadonlySet<string> = new Set<Command>(['human', 'status', 'forget', 'why']);
const isCommand = (text: string): text is Command => commands.has(text);

/** An authenticated activity, or null when it is not for us: typing, renamed teams, our own words. */
export function toEvent(payload: unknown): InboundEvent | null {
  const activity = toActivityOf(payload);
  switch (activity?.type) {
    case 'message':
      return toSaid(activity);
    case 'messageUpdate':
      return toChange(activity, 'edited');
    case 'messageDelete':
      return toChange(activity, 'deleted');
    case 'messageReaction':
      return toReaction(activity);
    case 'invoke':
      return toInvoked(activity);
    case 'installationUpdate':
      return activity.action === 'add' ? toOpening(activity) : null;
    case 'conversationUpdate':
      return hasNewcomer(activity) ? toOpening(activity) : null;
    default:
      return null;
  }
}

function toInvoked(activity: Activity): InboundEvent | null {
  if (activity.name === 'adaptiveCard/action') return toExecuted(activity);
  return activity.name === 'message/submitAction' ? toJudgment(activity) : null;
}

/** Ourselves, or whoever a personal chat was begun for; who joins a group has not come to talk with us. */
const hasNewcomer = (activity: Activity): boolean =>
  readAs(memberSchema, activity.membersAdded).some(
    ({ id }) => id === activity.recipient.id || kindOf(activity) === 'personal',
  );

/** An installation is told twice, as an update of the app and of the chat: it opens a chat once. */
const toOpening = (activity: Activity): InboundOpening => ({
  ...baseOf(activity),
  kind: 'opened',
  id: `opened:${roomOf(activity.conversation.id)}`,
});

/** The id of a changed message stays what it was; its time is that of the change. */
function toChange(activity: Activity, kind: InboundChange['kind']): InboundChange | null {
  if (!activity.id) return null;
  const of = messageIdOf(activity, activity.id);
  const text = toText(activity);
  const when = activity.timestamp?.getTime() ?? fingerprintOf([text]);
  return {
    kind,
    channel: 'teams',
    id: `${of}:${kind}:${when}`,
    of,
    ...(kind === 'edited' ? { text } : {}),
    sentAt: sentAtOf(activity),
  };
}

function toSaid(activity: Activity): InboundMessage | InboundAction | null {
  const { id, value } = activity;
  if (!id) return null;
  // Action.Submit comes as a message without text: it must not become an empty turn.
  if (value !== undefined && value !== null) return toSubmitted(activity, id);
  const message = toMessage(activity, id);
  const { channel, thread, sender, sentAt, text, attachments = [], addressed } = message;
  if (text === '' && attachments.length === 0 && mentionsOf(activity).length === 0) return null;
  if (!addressed || attachments.length > 0 || !isCommand(text.toLowerCase())) return message;
  return { kind: 'action', channel, id: message.id, thread, sender, sentAt, action: text.toLowerCase() };
}

const mentionsOf = ({ entities }: Activity) => readAs(mentionSchema, entities);

function toMessage(activity: Activity, id: string): InboundMessage {
  const mentions = mentionsOf(activity);
  const isOurs = mentions.some(({ mentioned }) => mentioned.id === activity.recipient.id);
  const isDirect = kindOf(activity) === 'personal';
  const attachments = (activity.attachments ?? []).flatMap((item) => toAttachment(item) ?? []);
  return {
    ...baseOf(activity),
    kind: 'message',
    id: messageIdOf(activity, id),
    // Counts up within a conversation, also within one millisecond.
    order: id,
    text: toText(activity),
    setting: isDirect ? 'direct' : 'group',
    addressed: isDirect || isOurs,
    ...(!isDirect && !isOurs && mentions.length > 0 ? { aside: true } : {}),
    ...(attachments.length > 0 ? { attachments } : {}),
  };
}

/** Without the mention of us; other people's mentions stay as words. */
function toText(activity: Activity): string {
  const ours = mentionsOf(activity).filter(({ mentioned }) => mentioned.id === activity.recipient.id);
  return ours
    .reduce((left, { text }) => (text ? left.replaceAll(text, '') : left), activity.text ?? '')
    .replaceAll(/<at[^>]*>(.*?)<\/at>/g, '@$1')
    .replaceAll(/&nbsp;|\u{a0}/gu, ' ')
    .trim();
}
