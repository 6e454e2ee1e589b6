import type { Pane, Press } from '#lab/pane.ts';
import { objectsIn, textOf } from './blocks.ts';
import type { Delivery } from './delivery.ts';
import { roomEvent, type Platform } from './platform.ts';
import type { ResponseUrls } from './response-urls.ts';
import { pressable, toPaneView } from './screen.ts';
import { SlackRefusal, toWireMessage, type Json, type SlackMessage, type SlackRoom } from './workspace.ts';

const sayTextLengthMax = 40_000;

interface Parts {
  readonly platform: Platform;
  readonly delivery: Delivery;
  readonly responseUrls: ResponseUrls;
}

const sidePattern = /#(positive|negative)$/;

const findElement = (message: SlackMessage, action: string): { block: Json; element: Json; value: unknown } => {
  const side = sidePattern.exec(action)?.[1];
  const id = action.replace(sidePattern, '');
  const found = pressable(message).find(
    ({ element }) => element['action_id'] === id && (element['type'] === 'feedback_buttons') === (side !== undefined),
  );
  if (!found) throw new Error(`Message ${message.ts} has no button ${action}`);
  const pressed = side === undefined ? found.element : (found.element[`${side}_button`] as Json | undefined);
  return { ...found, value: pressed?.['value'] };
};

const parseAck = (body: string): Json => {
  try {
    const parsed: unknown = JSON.parse(body);
    return typeof parsed === 'object' && parsed !== null ? (parsed as Json) : {};
  } catch {
    return {};
  }
};

/** The input a person types in first. Throws what the client would show when the text does not fit. */
const fillIn = (view: Json, text: string): Json => {
  const block = objectsIn(view['blocks']).find(
    (candidate) => candidate['type'] === 'input' && (candidate['element'] as Json)['type'] === 'plain_text_input',
  );
  if (!block) throw new Error('The dialog has no text field');
  const element = block['element'] as Json;
  const lengthMin = Number(element['min_length'] ?? (block['optional'] === true ? 0 : 1));
  const lengthMax = Number(element['max_length'] ?? 3000);
  if (text.length < lengthMin || text.length > lengthMax)
    throw new Error(`"${textOf(block['label'])}" takes ${lengthMin} to ${lengthMax} characters`);
  return {
    values: {
      [String(block['block_id'])]: {
        [String(element['action_id'] ?? 'input')]: { type: 'plain_text_input', value: text === '' ? null : text },
      },
    },
  };
};

/** Where a button was pressed, and which. */
const toPressed = (
  room: SlackRoom,
  message: SlackMessage,
  actionTs: string,
  { block, element, value }: ReturnType<typeof findElement>,
): Json => ({
  container: {
    type: 'message',
    message_ts: message.ts,
    channel_id: room.id,
    is_ephemeral: message.onlyFor !== null,
    ...(message.threadTs ? { thread_ts: message.threadTs } : {}),
  },
  channel: { id: room.id, name: room.kind === 'im' ? 'directmessage' : room.name },
  state: { values: {} },
  actions: [
    {
      type: element['type'],
      action_id: element['action_id'],
      block_id: block['block_id'],
      ...(element['text'] === undefined ? {} : { text: element['text'] }),
      ...(value === undefined ? {} : { value }),
      ...(element['style'] === undefined ? {} : { style: element['style'] }),
      action_ts: actionTs,
    },
  ],
});

/** The human end: look, write, press, fill in dialogs. */
export const createPane = ({ platform, delivery, responseUrls }: Parts): Pane => {
  const { workspace, modals } = platform;
  const { identity } = workspace;

  const person = (user: string): Json => {
    const found = workspace.users.get(user);
    if (!found) throw new Error(`No user ${user}`);
    return { id: user, username: found.name, name: found.name, team_id: identity.teamId };
  };
  const roomOf = (room: string, user: string): SlackRoom => {
    const found = workspace.room(room);
    if (found.kind === 'im' && found.user !== user) throw new SlackRefusal('not_in_channel');
    return found;
  };
  const common = (user: string) => ({
    team: { id: identity.teamId, domain: 'lab' },
    user: person(user),
    api_app_id: identity.appId,
    token: 'unused',
    enterprise: null,
    is_enterprise_install: false,
  });

  const submit = async (view: Json, user: string, text: string): Promise<void> => {
    const submitted = { ...view, state: fillIn(view, text) };
    const body = await delivery.interact({
      type: 'view_submission',
      ...common(user),
      trigger_id: modals.trigger(user),
      view: submitted,
      response_urls: [],
    });
    const ack = parseAck(body);
    if (ack['response_action'] === 'errors')
      throw new Error(Object.values((ack['errors'] as Json | undefined) ?? {}).join('; ') || 'The dialog was refused');
    if (ack['response_action'] === 'update' || ack['response_action'] === 'push')
      modals.update(String(view['id']), undefined, ack['view']);
    else modals.closeView(String(view['id']));
  };

  const press = async ({ room: roomId, user, message: ts, action, text }: Press): Promise<void> => {
    const room = roomOf(roomId, user);
    const message = room.messages.find((candidate) => candidate.ts === ts && (candidate.onlyFor ?? user) === user);
    if (!message) throw new SlackRefusal('message_not_found');
    const triggerId = modals.trigger(user);
    await delivery.interact({
      type: 'block_actions',
      ...common(user),
      ...toPressed(room, message, workspace.nextTs(), findElement(message, action)),
      message: toWireMessage(workspace, room, message),
      trigger_id: triggerId,
      response_url: responseUrls.issue(room, message, user),
    });
    if (text === undefined) return;
    const view = await modals.opened(triggerId);
    if (!view) throw new Error('The app opened no dialog in time');
    await submit(view, user, text);
  };

  return {
    view: (room) => toPaneView(workspace, workspace.room(room)),
    onChange: (listener) => workspace.onChange(listener),
    press,
    async say({ room: roomId, user, text, thread }) {
      person(user);
      const room = roomOf(roomId, user);
      if (text.trim() === '') throw new SlackRefusal('no_text');
      if (text.length > sayTextLengthMax) throw new SlackRefusal('msg_too_long');
      const answered = thread === undefined ? null : room.messages.find(({ ts }) => ts === thread);
      if (answered === undefined) throw new SlackRefusal('thread_not_found');
      const message = workspace.post(room, { user, text, threadTs: answered && (answered.threadTs ?? answered.ts) });
      if (!room.joined) return message.ts;
      const event = { ...toWireMessage(workspace, room, message), client_msg_id: crypto.randomUUID() };
      platform.emit(roomEvent(workspace, room, event));
      // In a channel a mention arrives twice, under two event ids.
      if (room.kind === 'channel' && text.includes(`<@${identity.botUserId}`)) {
        const { channel_type: _, ...mention } = roomEvent(workspace, room, { ...event, type: 'app_mention' });
        platform.emit(mention);
      }
      return message.ts;
    },
  };
};
