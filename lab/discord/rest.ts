import type { HttpBindings } from '@hono/node-server';
import { Hono, type Context } from 'hono';
import type { Account } from './account.ts';
import { flag, invalidForm, problemInForm, type ApiError, type MessageForm } from './form.ts';
import type { Interactions, Registered } from './interactions.ts';
import type { RateLimits } from './limits.ts';
import { applicationData } from './ready.ts';
import { bySnowflake } from './snowflakes.ts';
import type { Channel, Message, World } from './world.ts';

export interface RestParts {
  readonly world: World;
  readonly account: Account;
  readonly interactions: Interactions;
  /** Null switches the limits off. */
  readonly limits: RateLimits | null;
  gatewayUrl(): string;
}

type Bound = { Bindings: HttpBindings };

const unknownChannel: ApiError = { status: 404, code: 10_003, message: 'Unknown Channel' };
const unknownMessage: ApiError = { status: 404, code: 10_008, message: 'Unknown Message' };
const closed: ApiError = { status: 403, code: 50_007, message: 'Cannot send messages to this user' };
const archived: ApiError = { status: 400, code: 50_083, message: 'Thread is archived' };
/** A nonce is remembered for some minutes. */
const nonceMs = 5 * 60_000;
const typingMs = 10_000;

const refuse = (c: Context, { status, ...body }: ApiError) => c.json(body, status as 400);
const isError = (value: object): value is ApiError => 'status' in value && 'code' in value;

/** The form and its files, from JSON or multipart. */
async function formOf(c: Context): Promise<{ form: MessageForm & Record<string, unknown>; files: File[] } | ApiError> {
  const notJson: ApiError = { status: 400, code: 50_109, message: 'The request body contains invalid JSON.' };
  if (!c.req.header('content-type')?.startsWith('multipart/form-data')) {
    const form: unknown = await c.req.json().catch(() => null);
    return form && typeof form === 'object'
      ? { form: form as MessageForm & Record<string, unknown>, files: [] }
      : notJson;
  }
  const data = await c.req.formData().catch(() => null);
  const files = [...(data?.entries() ?? [])].flatMap(([name, value]) =>
    name.startsWith('files[') && typeof value !== 'string' ? [value as File] : [],
  );
  try {
    return { form: JSON.parse(String(data?.get('payload_json') ?? '{}')), files };
  } catch {
    return notJson;
  }
}

/** REST under `/api/v10`. */
export function createRest(parts: RestParts): Hono<Bound> {
  const app = new Hono<Bound>();
  const { world, limits } = parts;
  app.use('*', async (c, next) => {
    const path = c.req.path.replace(/^\/api\/v10/, '');
    const isOpen = /^\/(interactions|webhooks)\//.test(path) || path === '/gateway';
    if (!isOpen && !parts.account.accepts(/^Bot (.+)$/.exec(c.req.header('authorization') ?? '')?.[1]))
      return c.json({ message: '401: Unauthorized', code: 0 }, 401);
    if (!limits || isOpen) return next();
    const route = `${c.req.method} ${path.replaceAll(/\d{17,}/g, ':id').replace(/reactions\/.*/, 'reactions')}`;
    const verdict = limits.take(route, /\d{17,}/.exec(path)?.[0] ?? '');
    for (const [name, value] of Object.entries(verdict.headers)) c.header(name, value);
    if (verdict.allowed) return next();
    c.header('retry-after', String(Math.ceil(verdict.retryAfterSeconds)));
    c.header('x-ratelimit-scope', verdict.isGlobal ? 'global' : 'user');
    if (verdict.isGlobal) c.header('x-ratelimit-global', 'true');
    return c.json(
      { message: 'You are being rate limited.', retry_after: verdict.retryAfterSeconds, global: verdict.isGlobal },
      429,
    );
  });
  addAccountRoutes(app, parts);
  addMessageRoutes(app, world);
  addChannelRoutes(app, world);
  addInteractionRoutes(app, parts);
  app.all('*', (c) => c.json({ message: '404: Not Found', code: 0 }, 404));
  return app;
}

function addAccountRoutes(app: Hono<Bound>, { world, account, interactions, gatewayUrl }: RestParts): void {
  app.get('/gateway', (c) => c.json({ url: gatewayUrl() }));
  app.get('/gateway/bot', (c) =>
    c.json({ url: gatewayUrl(), shards: 1, session_start_limit: account.sessionStartLimit() }),
  );
  app.get('/users/@me', (c) => c.json(world.bot));
  app.get('/users/:user', (c) => {
    const user = world.users.get(c.req.param('user'));
    return user ? c.json(user) : refuse(c, { status: 404, code: 10_013, message: 'Unknown User' });
  });
  app.on('GET', ['/oauth2/applications/@me', '/applications/@me'], (c) => c.json(applicationData(world)));
  app.get('/applications/:application/commands', (c) => c.json(interactions.registered()));
  app.put('/applications/:application/commands', async (c) => {
    const wanted = await c.req.json<Omit<Registered, 'id'>[]>();
    const wrong = wanted.find(({ name, type = 1 }) =>
      type === 1 ? !/^[-_\p{L}\p{N}]{1,32}$/u.test(name) : name.length > 32,
    );
    if (wrong) return refuse(c, invalidForm('name', 'APPLICATION_COMMAND_INVALID_NAME', 'Command name is invalid'));
    return c.json(
      interactions.register(
        wanted.map((command) => ({
          application_id: world.applicationId,
          version: world.newId(),
          type: 1,
          ...command,
          id: world.newId(),
        })),
      ),
    );
  });
  app.post('/users/@me/channels', async (c) => {
    const { recipient_id: id } = (await c.req.json()) as { recipient_id?: string };
    const user = world.users.get(id ?? '');
    if (!user) return refuse(c, invalidForm('recipient_id', 'UNKNOWN_USER', 'Unknown user'));
    const open = [...world.channels.values()].find(
      (channel) => channel.type === 1 && channel.recipients[0]?.id === user.id,
    );
    return c.json(world.channelToApi(open ?? world.addChannel({ type: 1, name: user.username, recipients: [user] })));
  });
}

const toAttachments = (world: World, files: readonly File[]) =>
  files.map((file) => {
    const id = world.newId();
    const url = `https://cdn.discordapp.invalid/${id}/${file.name}`;
    return {
      id,
      filename: file.name,
      size: file.size,
      content_type: file.type || 'application/octet-stream',
      url,
      proxy_url: url,
    };
  });

function addMessageRoutes(app: Hono<Bound>, world: World): void {
  const nonces = new Map<string, { readonly id: string; readonly until: number }>();

  function place(c: Context): { channel: Channel; message: Message } | ApiError {
    const channel = world.channels.get(c.req.param('channel') ?? '');
    if (!channel) return unknownChannel;
    const message = world.messages.get(c.req.param('message') ?? '');
    return message && message.channel_id === channel.id && !(message.flags & flag.ephemeral)
      ? { channel, message }
      : unknownMessage;
  }

  app.post('/channels/:channel/messages', async (c) => {
    const channel = world.channels.get(c.req.param('channel'));
    if (!channel) return refuse(c, unknownChannel);
    const read = await formOf(c);
    if (isError(read)) return refuse(c, read);
    const { form, files } = read;
    const problem = problemInForm(form, files.length, false);
    if (problem) return refuse(c, problem);
    if (channel.recipients.some(({ id }) => world.closedTo.has(id))) return refuse(c, closed);
    if (channel.locked) return refuse(c, { status: 403, code: 160_005, message: 'Thread is locked' });
    const known =
      form.nonce !== undefined && form.enforce_nonce ? nonces.get(`${channel.id} ${form.nonce}`) : undefined;
    const earlier = known && known.until > Date.now() ? world.messages.get(known.id) : undefined;
    if (earlier) return c.json(world.toApi(earlier));
    const answers = form.message_reference;
    if (answers && !world.messages.has(answers.message_id)) {
      if (answers.fail_if_not_exists !== false)
        return refuse(c, invalidForm('message_reference', 'REPLIES_UNKNOWN_MESSAGE', 'Unknown message'));
      delete (form as { message_reference?: unknown }).message_reference;
    }
    const message = world.addMessage(channel, world.bot, form, { attachments: toAttachments(world, files) });
    if (form.nonce !== undefined)
      nonces.set(`${channel.id} ${form.nonce}`, { id: message.id, until: Date.now() + nonceMs });
    return c.json(world.toApi(message));
  });

  app.get('/channels/:channel/messages', (c) => {
    const channel = world.channels.get(c.req.param('channel'));
    if (!channel) return refuse(c, unknownChannel);
    const limit = Number(c.req.query('limit') ?? 50);
    if (!(limit >= 1 && limit <= 100))
      return refuse(c, invalidForm('limit', 'NUMBER_TYPE_MAX', 'int value should be between 1 and 100.'));
    const { after, before } = c.req.query();
    const all = [...world.messages.values()]
      .filter((message) => message.channel_id === channel.id && !(message.flags & flag.ephemeral))
      .toSorted(bySnowflake);
    const found = all.filter(
      ({ id }) => (!after || BigInt(id) > BigInt(after)) && (!before || BigInt(id) < BigInt(before)),
    );
    // Newest first always; `after` takes the oldest of what is newer.
    return c.json((after ? found.slice(0, limit) : found.slice(-limit)).toReversed().map(world.toApi));
  });

  app.get('/channels/:channel/messages/:message', (c) => {
    const found = place(c);
    return isError(found) ? refuse(c, found) : c.json(world.toApi(found.message));
  });

  app.patch('/channels/:channel/messages/:message', async (c) => {
    const found = place(c);
    if (isError(found)) return refuse(c, found);
    if (found.channel.archived) return refuse(c, archived);
    if (found.message.author.id !== world.bot.id)
      return refuse(c, { status: 403, code: 50_005, message: 'Cannot edit a message authored by another user' });
    const read = await formOf(c);
    if (isError(read)) return refuse(c, read);
    const problem = problemInForm(read.form, found.message.attachments.length + read.files.length, true);
    if (problem) return refuse(c, problem);
    world.editMessage(found.message, read.form);
    return c.json(world.toApi(found.message));
  });

  app.delete('/channels/:channel/messages/:message', (c) => {
    const found = place(c);
    if (isError(found)) return refuse(c, found);
    world.removeMessage(found.message);
    return c.body(null, 204);
  });

  app.on(['PUT', 'DELETE'], '/channels/:channel/messages/:message/reactions/:emoji/:user', (c) => {
    const found = place(c);
    if (isError(found)) return refuse(c, found);
    const emoji = { id: null, name: decodeURIComponent(c.req.param('emoji')) };
    const event = c.req.method === 'PUT' ? 'MESSAGE_REACTION_ADD' : 'MESSAGE_REACTION_REMOVE';
    world.dispatch(event, {
      user_id: world.bot.id,
      channel_id: found.channel.id,
      message_id: found.message.id,
      emoji,
      burst: false,
      type: 0,
      ...world.placeFields(found.channel),
    });
    return c.body(null, 204);
  });

  app.post('/channels/:channel/messages/:message/threads', async (c) => {
    const found = place(c);
    if (isError(found)) return refuse(c, found);
    const { name } = (await c.req.json()) as { name?: string };
    if (!name || name.length > 100)
      return refuse(c, invalidForm('name', 'BASE_TYPE_BAD_LENGTH', 'Must be between 1 and 100 in length.'));
    if (found.channel.type !== 0)
      return refuse(c, { status: 400, code: 50_024, message: 'Cannot execute action on this channel type' });
    if (world.channels.has(found.message.id))
      return refuse(c, { status: 400, code: 160_004, message: 'A thread has already been created for this message' });
    return c.json(world.channelToApi(world.openThread(found.channel, found.message, name)), 201);
  });
}

function addChannelRoutes(app: Hono<Bound>, world: World): void {
  app.get('/channels/:channel', (c) => {
    const channel = world.channels.get(c.req.param('channel'));
    return channel ? c.json(world.channelToApi(channel)) : refuse(c, unknownChannel);
  });
  app.patch('/channels/:channel', async (c) => {
    const channel = world.channels.get(c.req.param('channel'));
    if (!channel) return refuse(c, unknownChannel);
    const {
      name,
      archived: isArchived,
      locked,
    } = (await c.req.json()) as { name?: string; archived?: boolean; locked?: boolean };
    Object.assign(channel, {
      ...(name ? { name } : {}),
      ...(isArchived === undefined ? {} : { archived: isArchived }),
      ...(locked === undefined ? {} : { locked }),
    });
    world.dispatch(channel.type === 11 ? 'THREAD_UPDATE' : 'CHANNEL_UPDATE', world.channelToApi(channel));
    return c.json(world.channelToApi(channel));
  });
  app.post('/channels/:channel/threads', async (c) => {
    const channel = world.channels.get(c.req.param('channel'));
    if (!channel) return refuse(c, unknownChannel);
    const { name } = (await c.req.json()) as { name?: string };
    if (!name || name.length > 100)
      return refuse(c, invalidForm('name', 'BASE_TYPE_BAD_LENGTH', 'Must be between 1 and 100 in length.'));
    return c.json(world.channelToApi(world.openThread(channel, null, name)), 201);
  });
  app.post('/channels/:channel/typing', (c) => {
    const channel = world.channels.get(c.req.param('channel'));
    if (!channel) return refuse(c, unknownChannel);
    channel.typing = { user: world.bot.id, until: Date.now() + typingMs };
    world.changed(channel.id);
    return c.body(null, 204);
  });
}

function addInteractionRoutes(app: Hono<Bound>, { world, interactions }: RestParts): void {
  app.post('/interactions/:id/:token/callback', async (c) => {
    const read = await formOf(c);
    if (isError(read)) return refuse(c, read);
    const outcome = interactions.callback(c.req.param('id'), c.req.param('token'), read.form as never);
    if (isError(outcome)) return refuse(c, outcome);
    if (c.req.query('with_response') !== 'true') return c.body(null, 204);
    const { interaction, message } = outcome;
    const type = Number((read.form as { type?: number }).type);
    const told =
      message && (type === 4 || type === 5)
        ? {
            response_message_id: message.id,
            response_message_loading: type === 5,
            response_message_ephemeral: (message.flags & flag.ephemeral) !== 0,
          }
        : {};
    const resource = message && (type === 4 || type === 7) ? { type, message: world.toApi(message) } : { type };
    return c.json({ interaction: { id: interaction.id, type: interaction.type, ...told }, resource });
  });

  app.post('/webhooks/:application/:token', async (c) => {
    const interaction = interactions.byToken(c.req.param('application'), c.req.param('token'));
    if (isError(interaction)) return refuse(c, interaction);
    const read = await formOf(c);
    if (isError(read)) return refuse(c, read);
    const problem = problemInForm(read.form, read.files.length, false);
    if (problem) return refuse(c, problem);
    const extra = { application_id: world.applicationId, attachments: toAttachments(world, read.files) };
    return c.json(world.toApi(world.addMessage(interaction.channel, world.bot, read.form, extra)));
  });

  app.on(['GET', 'PATCH', 'DELETE'], '/webhooks/:application/:token/messages/:message', async (c) => {
    const interaction = interactions.byToken(c.req.param('application'), c.req.param('token'));
    if (isError(interaction)) return refuse(c, interaction);
    const wanted = decodeURIComponent(c.req.param('message'));
    const message = wanted === '@original' ? interaction.original : world.messages.get(wanted);
    if (!message || !world.messages.has(message.id)) return refuse(c, unknownMessage);
    if (c.req.method === 'DELETE') {
      world.removeMessage(message);
      return c.body(null, 204);
    }
    if (c.req.method === 'PATCH') {
      const read = await formOf(c);
      if (isError(read)) return refuse(c, read);
      const problem = problemInForm(read.form, read.files.length, true);
      if (problem) return refuse(c, problem);
      world.editMessage(message, read.form);
    }
    return c.json(world.toApi(message));
  });
}
