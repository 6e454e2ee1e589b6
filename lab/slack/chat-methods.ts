import type { Args } from './args.ts';
import { acceptBlocks } from './blocks.ts';
import { roomEvent, type Method, type Platform } from './platform.ts';
import { SlackRefusal, toWireMessage, type Json, type SlackMessage, type SlackRoom } from './workspace.ts';

/** Characters (docs.slack.dev, chat.postMessage and chat.update): beyond, a post is cut and an update refused. */
const postTextLengthMax = 40_000;
const updateTextLengthMax = 4000;
const markdownTextLengthMax = 12_000;

interface Content {
  readonly text: string | undefined;
  readonly markdownText: string | undefined;
  readonly blocks: Json[] | undefined;
}

/** What a call wants shown. Throws `markdown_text_conflict`, `msg_too_long`, `no_text` or a block error. */
export const readContent = (args: Args): Content => {
  const text = args.text('text');
  const markdownText = args.text('markdown_text');
  const nested = args.nested('blocks', 'invalid_blocks_format');
  if (markdownText !== undefined && (text !== undefined || nested !== undefined))
    throw new SlackRefusal('markdown_text_conflict');
  if (markdownText !== undefined && markdownText.length > markdownTextLengthMax) throw new SlackRefusal('msg_too_long');
  const blocks = nested === undefined ? undefined : acceptBlocks(nested, 'message');
  if (text === undefined && markdownText === undefined && (blocks ?? []).length === 0)
    throw new SlackRefusal('no_text');
  return { text, markdownText, blocks };
};

/** The metadata of a call; an empty object means take it away. Throws `invalid_metadata_format` or `invalid_metadata_schema`. */
export const readMetadata = (args: Args): Json | undefined => {
  const metadata = args.nested('metadata', 'invalid_metadata_format');
  if (metadata === undefined) return undefined;
  if (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata))
    throw new SlackRefusal('invalid_metadata_format');
  const found = metadata as Json;
  if (Object.keys(found).length === 0) return found;
  if (typeof found['event_type'] !== 'string' || typeof found['event_payload'] !== 'object')
    throw new SlackRefusal('invalid_metadata_schema');
  return found;
};

/** The thread a call writes into, or null at the top level. Throws `thread_not_found`. */
export const threadIn = (room: SlackRoom, args: Args): string | null => {
  const threadTs = args.text('thread_ts');
  if (threadTs === undefined) return null;
  if (!room.messages.some((message) => message.ts === threadTs && !message.onlyFor))
    throw new SlackRefusal('thread_not_found');
  return threadTs;
};

/** The app's own message named by `channel` and `ts`. Throws the given word when it is somebody else's. */
export const ownMessage = (
  platform: Platform,
  args: Args,
  foreign: string,
): { room: SlackRoom; message: SlackMessage } => {
  const room = platform.workspace.room(args.required('channel'));
  const ts = args.required('ts');
  const message = room.messages.find((candidate) => candidate.ts === ts && !candidate.onlyFor);
  if (!message) throw new SlackRefusal('message_not_found');
  if (message.botId !== platform.workspace.identity.botId) throw new SlackRefusal(foreign);
  return { room, message };
};

const postMessage: Method = (args, platform) => {
  const { workspace } = platform;
  const channel = args.text('channel');
  const room =
    channel !== undefined && workspace.users.has(channel) ? workspace.directRoom(channel) : workspace.room(channel);
  if (!room.joined) throw new SlackRefusal('not_in_channel');
  const content = readContent(args);
  const threadTs = threadIn(room, args);
  const isTruncated = (content.text ?? '').length > postTextLengthMax;
  const message = workspace.post(room, {
    user: workspace.identity.botUserId,
    botId: workspace.identity.botId,
    text: (content.text ?? '').slice(0, postTextLengthMax),
    markdownText: content.markdownText ?? null,
    blocks: content.blocks ?? [],
    metadata: readMetadata(args) ?? null,
    threadTs,
    broadcast: threadTs !== null && args.flag('reply_broadcast'),
  });
  room.statuses.delete(threadTs ?? message.ts);
  workspace.changed(room.id);
  platform.emit(roomEvent(workspace, room, toWireMessage(workspace, room, message)));
  return {
    channel: room.id,
    ts: message.ts,
    message: toWireMessage(workspace, room, message, true),
    ...(isTruncated ? { warning: 'message_truncated', response_metadata: { warnings: ['message_truncated'] } } : {}),
  };
};

/** Tells the app that a message is no longer as it was. */
export const announceChange = (platform: Platform, room: SlackRoom, message: SlackMessage, previous: Json): void => {
  const { workspace } = platform;
  const ts = workspace.nextTs();
  workspace.changed(room.id);
  platform.emit(
    roomEvent(workspace, room, {
      type: 'message',
      subtype: 'message_changed',
      hidden: true,
      message: toWireMessage(workspace, room, message),
      previous_message: previous,
      ts,
    }),
  );
};

/** Changes a message in place and tells the app as `message_changed`, as the platform does even for the app's own edits. */
export const changeMessage = (
  platform: Platform,
  room: SlackRoom,
  message: SlackMessage,
  content: Content,
  metadata?: Json,
): void => {
  const { workspace } = platform;
  const previous = toWireMessage(workspace, room, message);
  if (content.text !== undefined) {
    message.text = content.text;
    message.markdownText = null;
  }
  if (content.markdownText !== undefined) {
    message.markdownText = content.markdownText;
    message.text = '';
    message.blocks = [];
  }
  if (content.blocks !== undefined) {
    message.blocks = content.blocks;
    message.markdownText = null;
    message.tasks = [];
  }
  if (metadata !== undefined) message.metadata = Object.keys(metadata).length === 0 ? null : metadata;
  message.edited = { user: message.user, ts: workspace.nextTs() };
  announceChange(platform, room, message, previous);
};

/** The platform ends a stream about five minutes after its start, traffic or not (observed, undocumented). */
const streamLifetimeMs = 300_000;

export const isStreaming = ({ stream }: SlackMessage): boolean =>
  stream !== null && !stream.isStopped && Date.now() - stream.startedAt <= streamLifetimeMs;

const update: Method = (args, platform) => {
  const { room, message } = ownMessage(platform, args, 'cant_update_message');
  // One that a person stopped is not streaming any more.
  if (isStreaming(message)) throw new SlackRefusal('streaming_state_conflict');
  if ((args.text('text') ?? '').length > updateTextLengthMax) throw new SlackRefusal('msg_too_long');
  changeMessage(platform, room, message, readContent(args), readMetadata(args));
  return {
    channel: room.id,
    ts: message.ts,
    text: message.markdownText ?? message.text,
    message: toWireMessage(platform.workspace, room, message, true),
  };
};

/** Takes a message away and tells the app as `message_deleted`. */
export const deleteMessage = (platform: Platform, room: SlackRoom, message: SlackMessage): void => {
  const { workspace } = platform;
  const previous = toWireMessage(workspace, room, message);
  room.messages.splice(room.messages.indexOf(message), 1);
  workspace.changed(room.id);
  platform.emit(
    roomEvent(workspace, room, {
      type: 'message',
      subtype: 'message_deleted',
      hidden: true,
      deleted_ts: message.ts,
      previous_message: previous,
      ts: workspace.nextTs(),
    }),
  );
};

const remove: Method = (args, platform) => {
  const { room, message } = ownMessage(platform, args, 'cant_delete_message');
  deleteMessage(platform, room, message);
  return { channel: room.id, ts: message.ts };
};

const postEphemeral: Method = (args, platform) => {
  const { workspace } = platform;
  const room = workspace.room(args.required('channel'));
  const user = args.required('user');
  if (!workspace.users.has(user)) throw new SlackRefusal('user_not_found');
  if (!room.joined) throw new SlackRefusal('not_in_channel');
  if (room.kind === 'im' && room.user !== user) throw new SlackRefusal('user_not_in_channel');
  const content = readContent(args);
  const message = workspace.post(room, {
    user: workspace.identity.botUserId,
    botId: workspace.identity.botId,
    text: content.text ?? '',
    markdownText: content.markdownText ?? null,
    blocks: content.blocks ?? [],
    threadTs: args.text('thread_ts') ?? null,
    onlyFor: user,
  });
  return { message_ts: message.ts };
};

/** Puts a reaction on a message and tells the app. Throws `invalid_name` or `already_reacted`. */
export const addReaction = (
  platform: Platform,
  room: SlackRoom,
  message: SlackMessage,
  user: string,
  name: string,
): void => {
  const { workspace } = platform;
  if (!/^[a-z0-9_+'-]{1,100}(::skin-tone-[2-6])?$/.test(name)) throw new SlackRefusal('invalid_name');
  const reaction = message.reactions.find((candidate) => candidate.name === name);
  if (reaction?.users.includes(user)) throw new SlackRefusal('already_reacted');
  if (reaction) reaction.users.push(user);
  else message.reactions.push({ name, users: [user] });
  workspace.changed(room.id);
  platform.emit({
    type: 'reaction_added',
    user,
    reaction: name,
    item: { type: 'message', channel: room.id, ts: message.ts },
    item_user: message.user,
    event_ts: workspace.nextTs(),
  });
};

const react: Method = (args, platform) => {
  const room = platform.workspace.room(args.required('channel'));
  const name = args.required('name');
  const timestamp = args.required('timestamp');
  const message = room.messages.find((candidate) => candidate.ts === timestamp && !candidate.onlyFor);
  if (!message) throw new SlackRefusal('message_not_found');
  addReaction(platform, room, message, platform.workspace.identity.botUserId, name);
  return {};
};

/** The Web API methods that write into rooms. */
export const chatMethods: Record<string, Method> = {
  'chat.postMessage': postMessage,
  'chat.update': update,
  'chat.delete': remove,
  'chat.postEphemeral': postEphemeral,
  'reactions.add': react,
};
