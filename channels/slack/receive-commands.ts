import type { Command, InboundAction, InboundMessage, Sender } from '#core/channel.ts';
import { toThreadKey } from './keys.ts';
import { toCommonMark } from './mrkdwn.ts';
import { first, object, text } from './read.ts';
import type { Identity } from './receive.ts';
import type { Json } from './verify.ts';

/** The callback of the shortcut on a message that passes it to a person, as the manifest names it. */
const shortcutId = 'human';

const commands: Readonly<Record<string, Command>> = {
  human: 'human',
  status: 'status',
  forget: 'forget',
  why: 'why',
  help: 'status',
};

const isHomePress = (body: Json): boolean =>
  body['type'] === 'block_actions' && object(body['view'])['type'] === 'home';

/** Whether this is a slash command, our shortcut, or a button of our home tab. */
export const isCommand = (body: Json): boolean =>
  body['command'] !== undefined ||
  (body['type'] === 'message_action' && body['callback_id'] === shortcutId) ||
  isHomePress(body);

/**
 * `/firstline ask how do I …`, `/firstline human`, the shortcut on a message, or a button of the home tab, as ours. All are answered in the person's direct
 * messages.
 */
export const toCommanded = (
  body: Json,
  { team, botUser }: Identity,
  sender: Sender,
  now: Date,
): InboundMessage | InboundAction | null => {
  // Neither comes twice: a command that was not acknowledged is the person's to give again.
  const trigger = text(body['trigger_id']);
  if (trigger === undefined) return null;
  const base = {
    channel: 'slack',
    id: `${team}:${trigger}`,
    thread: toThreadKey({ team, room: sender.id, root: null }),
    sender,
    sentAt: now,
  };
  if (body['type'] === 'message_action') {
    const words = text(object(body['message'])['text']) ?? '';
    return { ...base, kind: 'action', action: 'human', text: toCommonMark(words, botUser) };
  }
  if (isHomePress(body)) {
    const pressed = commands[text(first(body['actions'])['action_id']) ?? ''];
    return pressed ? { ...base, kind: 'action', action: pressed } : null;
  }
  const said = toCommonMark(text(body['text']) ?? '', botUser).trim();
  const command = said === '' ? 'status' : commands[said.toLowerCase()];
  if (command) return { ...base, kind: 'action', action: command };
  return { ...base, kind: 'message', text: said.replace(/^ask\s+/i, ''), setting: 'direct', addressed: true };
};
