import type { HttpBindings } from '@hono/node-server';
import { Hono, type Context } from 'hono';
import { cardContentType, problemInCard } from './card.ts';
import type { CallKind, Limits } from './limits.ts';
import { addMemberRoutes } from './members.ts';
import { notFound, refuse, type Refusal } from './refusal.ts';
import { conversationIdOf, type Activity, type Held, type Room, type Rooms } from './rooms.ts';
import { showTyping, streamInfoOf, type Streams } from './streaming.ts';
import { wording } from './wording.ts';

export interface ConnectorParts {
  readonly rooms: Rooms;
  readonly streams: Streams;
  /** Null switches the limits off. */
  readonly limits: Limits | null;
  readonly tenantId: string;
  accepts(authorization: string | undefined): boolean;
  /** Refusals queued by a test, answered before anything else. */
  readonly failures: { readonly status: number; readonly code?: string; readonly retryAfterSeconds?: number }[];
}

/** An activity with everything in it, as UTF-16 (Teams message size: about 100 KB). */
const activityBytesMax = 100 * 1024;
const citationsMax = 20;

function problemIn(activity: Activity): Refusal | null {
  const bad = (message: string, code = 'BadArgument'): Refusal => ({ status: 400, code, message });
  if (JSON.stringify(activity).length * 2 > activityBytesMax)
    return { status: 413, code: 'MessageSizeTooBig', message: 'Message size too large.' };
  if (activity.type !== 'message' && activity.type !== 'typing')
    return bad(`Unknown activity type ${String(activity.type)}`, 'BadSyntax');
  if (activity.type === 'message' && !activity.text && !activity.attachments?.length)
    return bad('Activity has no content', 'BadSyntax');
  const roots = (activity.entities ?? []).filter((entity) => entity.type === 'https://schema.org/Message');
  if (roots.length > 1) return bad('Only one root message entity is allowed.');
  if (((roots[0]?.citation as unknown[] | undefined) ?? []).length > citationsMax)
    return bad(`At most ${citationsMax} citations are allowed.`);
  for (const { contentType, content } of activity.attachments ?? []) {
    const problem = contentType === cardContentType ? problemInCard(content) : null;
    if (problem) return bad(problem);
  }
  return null;
}

/** The Bot Connector: what the bot calls. Mounted under the service URL. */
export function createConnector(parts: ConnectorParts): Hono<{ Bindings: HttpBindings }> {
  const { rooms, streams, limits, tenantId } = parts;
  const app = new Hono<{ Bindings: HttpBindings }>();

  app.use('/v3/*', async (c, next) => {
    if (!parts.accepts(c.req.header('authorization'))) {
      return refuse(c, {
        status: 401,
        code: 'Unauthorized',
        message: 'Authorization has been denied for this request.',
      });
    }
    const failure = parts.failures.shift();
    if (failure) {
      const headers: Record<string, string> =
        failure.retryAfterSeconds === undefined ? {} : { 'retry-after': String(failure.retryAfterSeconds) };
      return refuse(c, { status: failure.status, code: failure.code ?? 'ServiceError', message: 'Refused' }, headers);
    }
    await next();
  });

  /** The refusal of one call too many, counting the call. */
  function tooMany(c: Context, kind: CallKind, conversation: string): Response | null {
    const waitSeconds = limits?.waitSeconds(kind, conversation) ?? 0;
    return waitSeconds === 0 ? null : wording.rateLimit(c, waitSeconds);
  }

  /** The room if the bot may do that there now. */
  function enter(c: Context, kind: CallKind): { room: Room; thread: string | null } | Response {
    const found = rooms.find(c.req.param('conversation') ?? '');
    if (!found) return refuse(c, notFound('ConversationNotFound', 'Conversation not found.'));
    const { room, thread } = found;
    if (!room.hasBot)
      return refuse(c, {
        status: 403,
        code: 'BotNotInConversationRoster',
        message: 'The bot is not part of the conversation roster.',
      });
    if (kind !== 'send') return tooMany(c, kind, room.id) ?? found;
    if (room.blocked)
      return refuse(c, { status: 403, code: 'MessageWritesBlocked', message: 'Message writes are blocked.' });
    if (thread && !room.messages.some((held) => held.id === thread && held.thread === null)) {
      return refuse(c, notFound('ConversationNotFound', 'Root message not found.'));
    }
    return tooMany(c, kind, conversationIdOf(room, thread)) ?? found;
  }

  async function activityOf(c: Context): Promise<Activity | Response> {
    const activity: unknown = await c.req.json().catch(() => null);
    if (typeof activity !== 'object' || activity === null)
      return refuse(c, { status: 400, code: 'BadSyntax', message: 'Body is not an activity.' });
    const problem = problemIn(activity as Activity);
    return problem ? refuse(c, problem) : (activity as Activity);
  }

  app.post('/v3/conversations/:conversation/activities/:replyTo?', async (c) => {
    const place = enter(c, 'send');
    if (place instanceof Response) return place;
    const activity = await activityOf(c);
    if (activity instanceof Response) return activity;
    const { room, thread } = place;
    if (streamInfoOf(activity)) {
      const outcome = streams.accept(room, activity);
      if ('body' in outcome) return c.json(outcome.body, outcome.status);
      return refuse(c, outcome, outcome.status === 429 ? { 'retry-after': '1' } : {});
    }
    if (activity.type === 'typing') {
      showTyping(room);
      rooms.changed(room);
      return c.json({ id: String(Date.now()) }, 201);
    }
    room.typing = null;
    return c.json({ id: rooms.hold(room, thread, rooms.bot.id, activity).id }, 201);
  });

  /** The bot's own message in that room. */
  function ownMessage(c: Context, room: Room): Held | Response {
    const held = room.messages.find((one) => one.id === c.req.param('activity'));
    if (!held) return refuse(c, notFound('ActivityNotFoundInConversation', 'Activity not found in the conversation.'));
    return held.authorId === rooms.bot.id
      ? held
      : refuse(c, { status: 403, code: 'Forbidden', message: 'Only own messages can be changed.' });
  }

  app.put('/v3/conversations/:conversation/activities/:activity', async (c) => {
    const place = enter(c, 'send');
    if (place instanceof Response) return place;
    const activity = await activityOf(c);
    if (activity instanceof Response) return activity;
    const held = ownMessage(c, place.room);
    if (held instanceof Response) return held;
    held.activity = { ...activity, id: held.id };
    held.edited = true;
    rooms.changed(place.room);
    return c.json({ id: held.id }, 200);
  });

  app.delete('/v3/conversations/:conversation/activities/:activity', (c) => {
    const place = enter(c, 'other');
    if (place instanceof Response) return place;
    const held = ownMessage(c, place.room);
    if (held instanceof Response) return held;
    place.room.messages.splice(place.room.messages.indexOf(held), 1);
    rooms.changed(place.room);
    return c.body(null, 200);
  });

  app.post('/v3/conversations', async (c) => {
    const body = (await c.req.json().catch(() => ({}))) as {
      members?: { id: string }[];
      activity?: Activity;
      channelData?: { channel?: { id?: string } };
    };
    const place = body.channelData?.channel?.id ?? body.members?.[0]?.id ?? '';
    const refusal = tooMany(c, 'send', place);
    if (refusal) return refusal;
    const channel = rooms.rooms.get(body.channelData?.channel?.id ?? '');
    if (channel) {
      const problem = body.activity
        ? problemIn(body.activity)
        : { status: 400, code: 'BadSyntax', message: 'A new thread needs an activity.' };
      if (problem || !body.activity) return refuse(c, problem as Refusal);
      const { id } = rooms.hold(channel, null, rooms.bot.id, body.activity);
      return c.json({ id: `${channel.id};messageid=${id}`, activityId: id }, 201);
    }
    const wanted = body.members?.length === 1 ? body.members[0]?.id : undefined;
    const user = [...rooms.users.values()].find((one) => one.id === wanted || one.aadObjectId === wanted);
    if (!user) return refuse(c, { status: 400, code: 'BadArgument', message: 'Members must be one known user.' });
    const existing = [...rooms.rooms.values()].find((room) => room.type === 'personal' && room.members.has(user.id));
    const room = existing ?? rooms.addRoom({ type: 'personal', members: [user.id] });
    return c.json({ id: room.id }, existing ? 200 : 201);
  });

  addMemberRoutes(app, rooms, tenantId, (c) => enter(c, 'members'));
  return app;
}
