import { paginate, type Args } from './args.ts';
import type { Method } from './platform.ts';
import {
  SlackRefusal,
  toWireMessage,
  type Json,
  type SlackMessage,
  type SlackRoom,
  type Workspace,
} from './workspace.ts';

const toWireRoom = (workspace: Workspace, room: SlackRoom): Json =>
  room.kind === 'im'
    ? {
        id: room.id,
        is_im: true,
        is_channel: false,
        user: room.user,
        is_open: true,
        is_archived: false,
        context_team_id: workspace.identity.teamId,
      }
    : {
        id: room.id,
        name: room.name,
        is_channel: true,
        is_im: false,
        is_private: false,
        is_archived: false,
        is_member: room.joined,
        context_team_id: workspace.identity.teamId,
      };

const toWireUser = (workspace: Workspace, id: string): Json => {
  const { identity } = workspace;
  if (id === identity.botUserId)
    return {
      id,
      team_id: identity.teamId,
      name: identity.botName,
      real_name: identity.botName,
      is_bot: true,
      deleted: false,
      profile: {
        bot_id: identity.botId,
        api_app_id: identity.appId,
        real_name: identity.botName,
        display_name: identity.botName,
      },
    };
  const user = workspace.users.get(id);
  if (!user) throw new SlackRefusal('user_not_found');
  return {
    id,
    team_id: identity.teamId,
    name: user.name.toLowerCase().replace(/\s+/g, '.'),
    real_name: user.name,
    deleted: false,
    is_bot: false,
    is_restricted: false,
    is_ultra_restricted: false,
    is_email_confirmed: user.email !== undefined,
    tz: 'Europe/London',
    tz_offset: 0,
    locale: 'en-GB',
    profile: {
      real_name: user.name,
      display_name: user.name,
      ...(user.email === undefined ? {} : { email: user.email }),
    },
  };
};

/** Keeps the messages between `oldest` and `latest` (`ts` strings of equal length compare as text). */
const inWindow = (args: Args) => {
  const oldest = args.text('oldest') ?? '0';
  const latest = args.text('latest') ?? '9999999999.999999';
  const isInclusive = args.flag('inclusive');
  return (message: SlackMessage) => {
    if (message.onlyFor) return false;
    const afterOldest = Number(oldest) === 0 || message.ts > oldest || (isInclusive && message.ts === oldest);
    return afterOldest && (message.ts < latest || (isInclusive && message.ts === latest));
  };
};

const readable = (workspace: Workspace, args: Args): SlackRoom => {
  const room = workspace.room(args.required('channel'));
  if (!room.joined) throw new SlackRefusal('not_in_channel');
  return room;
};

const toPage = (
  workspace: Workspace,
  room: SlackRoom,
  args: Args,
  messages: SlackMessage[],
  limitDefault: number,
): Json => {
  const { page, next } = paginate(messages, args, limitDefault, 1000);
  return {
    messages: page.map((message) => toWireMessage(workspace, room, message, args.flag('include_all_metadata'))),
    has_more: next !== '',
    ...(next === '' ? {} : { response_metadata: { next_cursor: next } }),
  };
};

const history: Method = (args, { workspace }) => {
  const room = readable(workspace, args);
  const messages = room.messages.filter(inWindow(args)).filter((message) => !message.threadTs || message.broadcast);
  return { ...toPage(workspace, room, args, messages.toReversed(), 100), pin_count: 0 };
};

const replies: Method = (args, { workspace }) => {
  const room = readable(workspace, args);
  const ts = args.required('ts');
  const asked = room.messages.find((message) => message.ts === ts && !message.onlyFor);
  if (!asked) throw new SlackRefusal('thread_not_found');
  const root = asked.threadTs ?? asked.ts;
  const keep = inWindow(args);
  const messages = room.messages.filter(
    (message) => !message.onlyFor && (message.ts === root || (message.threadTs === root && keep(message))),
  );
  return toPage(workspace, room, args, messages, 1000);
};

const open: Method = (args, { workspace }) => {
  const channel = args.text('channel');
  const users = args.text('users')?.split(',') ?? [];
  if (channel === undefined && users.length === 0) throw new SlackRefusal('users_list_not_supplied');
  if (users.length > 1) throw new SlackRefusal('not_enough_users');
  const [user] = users;
  if (user === workspace.identity.botUserId) throw new SlackRefusal('cannot_dm_bot');
  if (user !== undefined && !workspace.users.has(user)) throw new SlackRefusal('user_not_found');
  const roomsBefore = workspace.rooms.size;
  const room = user === undefined ? workspace.room(channel) : workspace.directRoom(user);
  const wasOpen = workspace.rooms.size === roomsBefore;
  return {
    ...(wasOpen ? { no_op: true, already_open: true } : {}),
    channel: args.flag('return_im') ? toWireRoom(workspace, room) : { id: room.id },
  };
};

const list: Method = (args, { workspace }) => {
  const types = (args.text('types') ?? 'public_channel').split(',').map((type) => type.trim());
  if (types.some((type) => !['public_channel', 'private_channel', 'mpim', 'im'].includes(type)))
    throw new SlackRefusal('invalid_types');
  const rooms = [...workspace.rooms.values()].filter((room) =>
    types.includes(room.kind === 'im' ? 'im' : 'public_channel'),
  );
  const { page, next } = paginate(rooms, args, 100, 999);
  return { channels: page.map((room) => toWireRoom(workspace, room)), response_metadata: { next_cursor: next } };
};

/** The Web API methods that read rooms, people and the app itself. */
export const conversationMethods: Record<string, Method> = {
  'conversations.history': history,
  'conversations.replies': replies,
  'conversations.open': open,
  'conversations.list': list,
  'conversations.info': (args, { workspace }) => ({
    channel: toWireRoom(workspace, workspace.room(args.required('channel'))),
  }),
  'users.info': (args, { workspace }) => ({ user: toWireUser(workspace, args.required('user')) }),
  'bots.info': (args, { workspace: { identity } }) => {
    if (args.text('bot') !== identity.botId) throw new SlackRefusal('bot_not_found');
    return {
      bot: {
        id: identity.botId,
        app_id: identity.appId,
        user_id: identity.botUserId,
        name: identity.botName,
        deleted: false,
        updated: 0,
        icons: {},
      },
    };
  },
};
