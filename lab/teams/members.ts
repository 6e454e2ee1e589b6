import type { HttpBindings } from '@hono/node-server';
import type { Context, Hono } from 'hono';
import { notFound, refuse } from './refusal.ts';
import type { Room, Rooms, TeamsUser } from './rooms.ts';

/** The connector answers at most this many members at once. */
const pageSizeMax = 500;

const memberOf = (user: TeamsUser, tenantId: string) => ({
  id: user.id,
  name: user.name,
  objectId: user.aadObjectId,
  aadObjectId: user.aadObjectId,
  givenName: user.name.split(' ')[0],
  surname: user.name.split(' ').slice(1).join(' '),
  email: user.email,
  userPrincipalName: user.email,
  tenantId,
  userRole: 'user',
});

/** Who is in a conversation, and what a team has. `enter` finds the room or answers the refusal. */
export function addMemberRoutes(
  app: Hono<{ Bindings: HttpBindings }>,
  rooms: Rooms,
  tenantId: string,
  enter: (c: Context) => { readonly room: Room } | Response,
): void {
  const membersOf = (room: Room) =>
    [...room.members].flatMap((id) => rooms.users.get(id) ?? []).map((user) => memberOf(user, tenantId));

  app.get('/v3/conversations/:conversation/members', (c) => {
    const place = enter(c);
    return place instanceof Response ? place : c.json(membersOf(place.room));
  });
  app.get('/v3/conversations/:conversation/pagedmembers', (c) => {
    const place = enter(c);
    if (place instanceof Response) return place;
    const all = membersOf(place.room);
    const start = Number(c.req.query('continuationToken') ?? 0);
    const end = start + Math.min(pageSizeMax, Number(c.req.query('pageSize') ?? 200));
    return c.json({ members: all.slice(start, end), ...(end < all.length ? { continuationToken: String(end) } : {}) });
  });
  app.get('/v3/conversations/:conversation/members/:member', (c) => {
    const place = enter(c);
    if (place instanceof Response) return place;
    const wanted = c.req.param('member');
    const member = membersOf(place.room).find((one) => one.id === wanted || one.aadObjectId === wanted);
    return member
      ? c.json(member)
      : refuse(c, notFound('MemberNotFoundInConversation', 'Member not found in the conversation.'));
  });
  app.get('/v3/teams/:team/:what?', (c) => {
    const room = [...rooms.rooms.values()].find((one) => one.teamId === c.req.param('team'));
    if (!room?.teamId) return refuse(c, notFound('TeamNotFound', 'Team not found.'));
    if (c.req.param('what') === 'conversations')
      return c.json({ conversations: [{ id: room.teamId }, { id: room.id, name: room.name }] });
    return c.json({ id: room.teamId, name: 'Contoso', aadGroupId: room.teamId });
  });
}
