import type { PaneAction, PaneMessage, PaneView } from '#lab/pane.ts';
import { objectsIn, textOf } from './blocks.ts';
import { isStreaming } from './chat-methods.ts';
import type { Json, SlackMessage, SlackRoom, Workspace } from './workspace.ts';

/** Our convention: a button whose `action_id` ends so opens a dialog that asks for text; its value is the question. */
const asksSuffix = ':asks';

const toAction = (element: Json): PaneAction[] => {
  const id = String(element['action_id'] ?? '');
  if (element['type'] === 'feedback_buttons')
    return ['positive', 'negative'].map((side) => ({
      id: `${id}#${side}`,
      label: textOf((element[`${side}_button`] as Json | undefined)?.['text']),
      style: 'plain',
    }));
  if (element['type'] !== 'button' && element['type'] !== 'icon_button') return [];
  const label = textOf(element['text']);
  const asks = String(element['value'] ?? label);
  const style = element['style'] === 'primary' || element['style'] === 'danger' ? element['style'] : 'plain';
  return [{ id, label, style, ...(id.endsWith(asksSuffix) ? { asks } : {}) }];
};

/** A client draws mrkdwn and Markdown in one message; a pane has one markup for all of it. */
const toMarkdown = (mrkdwn: string): string =>
  mrkdwn
    .replace(/<(https?:[^<>|\s]+)(?:\|([^<>\n]+))?>/g, (_, url: string, label?: string) =>
      label === undefined ? `<${url}>` : `[${label.replaceAll(/[[\]]/g, '\\$&')}](<${url}>)`,
    )
    .replace(/(?<![\w*])\*([^*\n]+)\*(?![\w*])/g, '**$1**')
    .replace(/&(lt|gt|amp);/g, (_, name: string) => (name === 'lt' ? '<' : name === 'gt' ? '>' : '&'));

const splitField = (field: Json): { label: string; value: string } => {
  const [first = '', ...rest] = textOf(field).split('\n');
  return rest.length === 0
    ? { label: '', value: first }
    : { label: first.replace(/^\*(.*)\*:?$/, '$1').replace(/:$/, ''), value: rest.join('\n') };
};

const blockText = (block: Json, isMarkdown: boolean): string => {
  const read = (text: unknown): string => (isMarkdown ? toMarkdown(textOf(text)) : textOf(text));
  if (block['type'] === 'section') return read(block['text']);
  if (block['type'] === 'markdown') return String(block['text']);
  if (block['type'] === 'context') return objectsIn(block['elements']).map(read).filter(Boolean).join('\n');
  return '';
};

const blockElements = (block: Json): Json[] => [...objectsIn(block['elements']), ...objectsIn([block['accessory']])];

/** The elements a person can press, with the block that holds them. */
export const pressable = (message: SlackMessage): { block: Json; element: Json }[] =>
  message.blocks.flatMap((block) =>
    block['type'] === 'context' ? [] : blockElements(block).map((element) => ({ block, element })),
  );

const toPaneMessage = (workspace: Workspace, message: SlackMessage): PaneMessage => {
  const { blocks } = message;
  const isBot = message.botId !== null;
  const title = textOf(blocks.find((block) => block['type'] === 'header')?.['text']);
  const isMarkdown = message.markdownText !== null || blocks.some((block) => block['type'] === 'markdown');
  const shown = blocks
    .map((block) => blockText(block, isMarkdown))
    .filter(Boolean)
    .join('\n\n');
  return {
    id: message.ts,
    thread: message.threadTs,
    author: {
      id: message.user,
      name: isBot ? workspace.identity.botName : (workspace.users.get(message.user)?.name ?? message.user),
      role: isBot ? 'bot' : 'person',
    },
    markup: isMarkdown ? 'markdown' : 'mrkdwn',
    // With blocks, the client draws only them: `text` is for notifications.
    text: [message.markdownText ?? (blocks.length > 0 ? '' : message.text), shown].filter(Boolean).join('\n\n'),
    ...(title ? { title } : {}),
    facts: blocks
      .flatMap((block) => objectsIn(block['fields']).map(splitField))
      .map(({ label, value }) => ({ label, value: isMarkdown ? toMarkdown(value) : value })),
    actions: pressable(message).flatMap(({ element }) => toAction(element)),
    edited: message.edited !== null,
    sentAt: new Date(Number(message.ts.slice(0, -7)) * 1000 + Number(message.ts.slice(-6, -3))).toISOString(),
    ...(message.stream?.isStopped ? { status: 'stopped' } : isStreaming(message) ? { status: 'streaming' } : {}),
    ...(message.onlyFor
      ? { status: `only visible to ${workspace.users.get(message.onlyFor)?.name ?? message.onlyFor}` }
      : {}),
  };
};

/** The room as the people in it see it. */
export const toPaneView = (workspace: Workspace, room: SlackRoom): PaneView => {
  const status = [...room.statuses.values()].findLast(({ until }) => until > Date.now());
  return {
    room: room.id,
    typing: status ? `${workspace.identity.botName} ${status.text}` : null,
    messages: room.messages.map((message) => toPaneMessage(workspace, message)),
  };
};
