import { SlackRefusal } from './workspace.ts';

/** The bot scope each method wants; a pair is for channels and for direct messages. */
const wanted: Record<string, string | readonly [channel: string, direct: string]> = {
  'agents.sessions.setStatus': 'chat:write',
  'assistant.threads.setStatus': 'assistant:write',
  'assistant.threads.setSuggestedPrompts': 'assistant:write',
  'assistant.threads.setTitle': 'assistant:write',
  'bots.info': 'users:read',
  'chat.appendStream': 'chat:write',
  'chat.delete': 'chat:write',
  'chat.postEphemeral': 'chat:write',
  'chat.postMessage': 'chat:write',
  'chat.startStream': 'chat:write',
  'chat.stopStream': 'chat:write',
  'chat.update': 'chat:write',
  'conversations.history': ['channels:history', 'im:history'],
  'conversations.info': ['channels:read', 'im:read'],
  'conversations.list': ['channels:read', 'im:read'],
  'conversations.open': 'im:write',
  'conversations.replies': ['channels:history', 'im:history'],
  'reactions.add': 'reactions:write',
  'users.info': 'users:read',
};

/** Throws `missing_scope` with what was needed and what the token has. `room` is a channel id or a list of room types. */
export const checkScope = (method: string, room: string, granted: readonly string[] | undefined): void => {
  const scope = wanted[method];
  if (granted === undefined || scope === undefined) return;
  const needed = typeof scope === 'string' ? scope : scope[room.startsWith('D') || room === 'im' ? 1 : 0];
  if (!granted.includes(needed)) throw new SlackRefusal('missing_scope', { needed, provided: granted.join(',') });
};
