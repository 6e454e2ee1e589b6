import type { PaneAction, PaneMessage, PaneView } from '#lab/pane.ts';
import { componentType, flag, flattenComponents, type Component } from './form.ts';
import { bySnowflake } from './snowflakes.ts';
import type { Message, World } from './world.ts';

const styles: Readonly<Record<number, PaneAction['style']>> = { 1: 'primary', 4: 'danger' };

/** A custom id that ends so opens a modal: the button asks for text. */
const asksSuffix = ':asks';

function toAction(button: Component): PaneAction {
  const id = button.custom_id ?? '';
  const label = button.label ?? '';
  return {
    id,
    label,
    style: styles[button.style ?? 2] ?? 'plain',
    ...(id.endsWith(asksSuffix) ? { asks: label } : {}),
  };
}

/** A channel with its threads, or one thread alone. */
export function viewRoom(world: World, room: string): PaneView {
  const channel = world.channels.get(room);
  if (!channel) throw new Error(`Discord lab: no channel ${room}`);
  const shown = (message: Message) =>
    message.channel_id === room || world.channels.get(message.channel_id)?.parent_id === room;
  const messages = [...world.messages.values()]
    .filter(shown)
    .toSorted(bySnowflake)
    .map((message) => toPaneMessage(world, message, message.channel_id === room ? null : message.channel_id));
  const typing =
    channel.typing && channel.typing.until > Date.now()
      ? `${world.users.get(channel.typing.user)?.global_name ?? ''} is typing…`
      : null;
  return { room, typing, messages };
}

/** A client draws a mention by the name of who is meant. */
const namedIn = (world: World, text: string): string =>
  text.replace(/<@!?(\d+)>/g, (mention, id: string) => {
    const name = world.users.get(id)?.global_name;
    return name === undefined ? mention : `@${name}`;
  });

function toPaneMessage(world: World, message: Message, thread: string | null): PaneMessage {
  const components = flattenComponents(message.components);
  const embed = message.embeds[0];
  const texts = [
    message.content,
    ...message.embeds.map((one) => String(one.description ?? '')),
    ...components.filter((one) => one.type === componentType.text).map((one) => one.content ?? ''),
    ...message.attachments.map(({ filename }) => `📎 ${String(filename)}`),
  ];
  const fields = message.embeds.flatMap((one) => (one.fields ?? []) as { name: string; value: string }[]);
  const buttons = components.filter((one) => one.type === componentType.button && one.custom_id && !one.disabled);
  return {
    id: message.id,
    thread,
    author: { id: message.author.id, name: message.author.global_name, role: message.author.bot ? 'bot' : 'person' },
    markup: 'markdown',
    text: message.flags & flag.loading ? 'is thinking…' : namedIn(world, texts.filter(Boolean).join('\n')),
    ...(embed?.title ? { title: String(embed.title) } : {}),
    facts: fields.map(({ name, value }) => ({ label: name, value })),
    actions: buttons.map(toAction),
    edited: message.edited_timestamp !== null,
    sentAt: message.timestamp,
  };
}
