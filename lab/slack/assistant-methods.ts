import type { Args } from './args.ts';
import { objectsIn } from './blocks.ts';
import type { Method } from './platform.ts';
import { SlackRefusal, type SlackRoom } from './workspace.ts';

const statusLifetimeMs = 120_000;
const loadingMessagesMax = 10;
const loadingMessageLengthMax = 50;
const promptsMax = 4;
const sessionStatuses = new Set(['active', 'processing', 'suspended', 'closed']);

const threadIn = (room: SlackRoom, ts: string): string => {
  if (!room.messages.some((message) => message.ts === ts)) throw new SlackRefusal('thread_not_found');
  return ts;
};

const setStatus: Method = (args, { workspace }) => {
  const room = workspace.room(args.required('channel_id'));
  const threadTs = args.required('thread_ts');
  const lines = args.nested('loading_messages', 'invalid_arguments');
  if (
    Array.isArray(lines) &&
    (lines.length > loadingMessagesMax || lines.some((line) => String(line).length > loadingMessageLengthMax))
  )
    throw new SlackRefusal('invalid_arguments');
  if (typeof args.all['status'] !== 'string') throw new SlackRefusal('invalid_arguments');
  threadIn(room, threadTs);
  if (args.all['status'] === '') room.statuses.delete(threadTs);
  else room.statuses.set(threadTs, { text: args.all['status'], until: Date.now() + statusLifetimeMs });
  workspace.changed(room.id);
  return {};
};

const setSuggestedPrompts: Method = (args, { workspace }) => {
  const room = workspace.room(args.required('channel_id'));
  const threadTs = args.text('thread_ts');
  const prompts = objectsIn(args.nested('prompts', 'invalid_arguments'));
  const isWhole = prompts.every(({ title, message }) =>
    [title, message].every((it) => typeof it === 'string' && it !== ''),
  );
  if (prompts.length === 0 || prompts.length > promptsMax || !isWhole) throw new SlackRefusal('invalid_arguments');
  room.prompts.set(threadTs === undefined ? '' : threadIn(room, threadTs), prompts);
  workspace.changed(room.id);
  return {};
};

const setTitle: Method = (args, { workspace }) => {
  const room = workspace.room(args.required('channel_id'));
  room.titles.set(threadIn(room, args.required('thread_ts')), args.required('title'));
  workspace.changed(room.id);
  return {};
};

/** The status of a session as an argument of this name. Throws `invalid_arguments`. */
export const readSessionStatus = (args: Args, name: string): string | undefined => {
  const status = args.text(name);
  if (status !== undefined && !sessionStatuses.has(status)) throw new SlackRefusal('invalid_arguments');
  return status;
};

const setSessionStatus: Method = (args, { workspace }) => {
  const room = workspace.room(args.required('channel_id'));
  args.required('status');
  const threadTs = threadIn(room, args.required('thread_ts'));
  room.sessions.set(threadTs, readSessionStatus(args, 'status') ?? '');
  workspace.changed(room.id);
  return {};
};

/** The Web API methods of apps that are assistants (docs.slack.dev/ai). */
export const assistantMethods: Record<string, Method> = {
  'agents.sessions.setStatus': setSessionStatus,
  'assistant.threads.setStatus': setStatus,
  'assistant.threads.setSuggestedPrompts': setSuggestedPrompts,
  'assistant.threads.setTitle': setTitle,
};
