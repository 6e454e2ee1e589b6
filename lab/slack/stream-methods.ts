import type { Args } from './args.ts';
import { readSessionStatus } from './assistant-methods.ts';
import { acceptBlocks, objectsIn } from './blocks.ts';
import { announceChange, isStreaming, ownMessage, readMetadata, threadIn } from './chat-methods.ts';
import { roomEvent, type Method, type Platform } from './platform.ts';
import { SlackRefusal, toWireMessage, type Json, type SlackMessage, type SlackRoom } from './workspace.ts';

/** Characters of one stream, and of one call. */
const streamTextLengthMax = 12_000;

const chunkTypes = new Set(['markdown_text', 'task_update', 'plan_update', 'blocks']);
const taskStatuses = new Set(['pending', 'in_progress', 'complete', 'error']);

/** docs.slack.dev/reference/block-kit/blocks/task-card-block: how a task is shown and read back. */
const toTaskCard = ({ id, title, status }: Json): Json => {
  if (typeof id !== 'string' || typeof title !== 'string' || !taskStatuses.has(String(status)))
    throw new SlackRefusal('invalid_chunks');
  return { type: 'task_card', block_id: `task ${id}`, task_id: id, title, status };
};

/** The text and the tasks of one call. Throws `invalid_chunks` or `msg_too_long`. */
const readChunks = (args: Args): { text: string; tasks: Json[]; isEmpty: boolean } => {
  const nested = args.nested('chunks', 'invalid_chunks');
  const chunks = objectsIn(nested);
  if (nested !== undefined && (!Array.isArray(nested) || chunks.length < nested.length))
    throw new SlackRefusal('invalid_chunks');
  for (const chunk of chunks) {
    if (!chunkTypes.has(String(chunk['type']))) throw new SlackRefusal('invalid_chunks');
    if (chunk['type'] === 'markdown_text' && typeof chunk['text'] !== 'string')
      throw new SlackRefusal('invalid_chunks');
    if (chunk['type'] === 'blocks') acceptBlocks(chunk['blocks'], 'message');
  }
  const texts = chunks.filter((chunk) => chunk['type'] === 'markdown_text').map((chunk) => String(chunk['text']));
  const text = (args.text('markdown_text') ?? '') + texts.join('');
  if (text.length > streamTextLengthMax) throw new SlackRefusal('msg_too_long');
  const tasks = chunks.filter((chunk) => chunk['type'] === 'task_update').map(toTaskCard);
  return { text, tasks, isEmpty: text === '' && chunks.length === 0 };
};

/** A task told of again takes the place it had. */
const withTasks = (known: readonly Json[], told: readonly Json[]): Json[] => {
  const byId = new Map([...known, ...told].map((task) => [task['task_id'], task]));
  return [...byId.values()];
};

const startStream: Method = (args, platform) => {
  const { workspace } = platform;
  const room = workspace.room(args.required('channel'));
  if (!room.joined) throw new SlackRefusal('not_in_channel');
  args.required('thread_ts');
  const threadTs = threadIn(room, args);
  if (room.kind === 'channel') {
    if (args.text('recipient_team_id') === undefined) throw new SlackRefusal('missing_recipient_team_id');
    const recipient = args.text('recipient_user_id');
    if (recipient === undefined) throw new SlackRefusal('missing_recipient_user_id');
    if (!workspace.users.has(recipient)) throw new SlackRefusal('user_not_found');
  }
  const { text, tasks } = readChunks(args);
  const message = workspace.post(room, {
    tasks: withTasks([], tasks),
    user: workspace.identity.botUserId,
    botId: workspace.identity.botId,
    text: '',
    markdownText: text,
    threadTs,
    stream: { startedAt: Date.now(), isStopped: false },
  });
  room.statuses.delete(threadTs ?? message.ts);
  workspace.changed(room.id);
  platform.emit(roomEvent(workspace, room, toWireMessage(workspace, room, message)));
  return { channel: room.id, ts: message.ts };
};

/** The app's running stream. Throws `message_not_in_streaming_state` or `stopped_by_user`. */
const running = (platform: Platform, args: Args): { room: SlackRoom; message: SlackMessage } => {
  const found = ownMessage(platform, args, 'message_not_owned_by_app');
  const { stream } = found.message;
  if (stream?.isStopped) throw new SlackRefusal('stopped_by_user');
  if (!isStreaming(found.message)) throw new SlackRefusal('message_not_in_streaming_state');
  return found;
};

const extend = (message: SlackMessage, { text, tasks }: { text: string; tasks: readonly Json[] }): void => {
  const whole = (message.markdownText ?? '') + text;
  if (whole.length > streamTextLengthMax) throw new SlackRefusal('msg_too_long');
  message.markdownText = whole;
  message.tasks = withTasks(message.tasks, tasks);
};

const appendStream: Method = (args, platform) => {
  const { room, message } = running(platform, args);
  const chunks = readChunks(args);
  if (chunks.isEmpty) throw new SlackRefusal('no_text');
  extend(message, chunks);
  platform.workspace.changed(room.id);
  return { channel: room.id, ts: message.ts };
};

const stopStream: Method = (args, platform) => {
  const { workspace } = platform;
  const { room, message } = running(platform, args);
  const nested = args.nested('blocks', 'invalid_blocks_format');
  const blocks = nested === undefined ? [] : acceptBlocks(nested, 'message');
  const metadata = readMetadata(args);
  const session = readSessionStatus(args, 'session_status');
  const previous = toWireMessage(workspace, room, message);
  extend(message, readChunks(args));
  message.blocks = blocks;
  if (metadata !== undefined) message.metadata = metadata;
  message.stream = null;
  if (session !== undefined) room.sessions.set(message.threadTs ?? message.ts, session);
  announceChange(platform, room, message, previous);
  return { channel: room.id, ts: message.ts, message: toWireMessage(workspace, room, message, true) };
};

/** A person presses Stop, which is shown while the session is processing: the app's next append is refused and it is told why. */
export const stopByPerson = (platform: Platform, room: SlackRoom, ts: string, user: string): void => {
  const message = room.messages.find((candidate) => candidate.ts === ts);
  if (!message?.stream || message.stream.isStopped) throw new SlackRefusal('message_not_in_streaming_state');
  if (room.sessions.get(message.threadTs ?? ts) !== 'processing') throw new Error('There is no Stop button to press');
  message.stream.isStopped = true;
  platform.workspace.changed(room.id);
  platform.emit({
    type: 'agent_session_stopped',
    channel: room.id,
    thread_ts: message.threadTs,
    user,
    streaming_message_ts: [ts],
    event_ts: platform.workspace.nextTs(),
  });
};

/** The Web API methods of native streaming. */
export const streamMethods: Record<string, Method> = {
  'chat.startStream': startStream,
  'chat.appendStream': appendStream,
  'chat.stopStream': stopStream,
};
