import { setTimeout as wait } from 'node:timers/promises';
import { DefaultRestOptions, DiscordAPIError, REST, Routes, type RESTOptions } from 'discord.js';
import type { Shelf, Channel, InboundEvent, OutboundMessage, Receive, SentMessage, ThreadKey } from '#core/channel.ts';
import { download } from './attachments.ts';
import { createCatchUp, type CatchUp } from './catch-up.ts';
import { areRegistered, type CommandGiven, commands, toCommanded, toCommandGiven } from './commands.ts';
import { discordConfig, type DiscordSettings } from './config.ts';
import { createContentWatch } from './content-watch.ts';
import { toChannelError } from './failure.ts';
import { openGateway, type Gateway } from './gateway.ts';
import { placeOf, threadOf, toSentKey, toThreadKey, type Thread } from './keys.ts';
import { asksSuffix, labelOf, toPress, toChanged, toInteraction, toMessage, type Interaction } from './receive.ts';
import { createRequestGuard } from './request-guard.ts';
import { createRouteLimits } from './route-limits.ts';
import { fitsMessage, toDiscordMessage, toModal, toNonce } from './render.ts';

/** The fields we read of a message that the API answers. */
interface Posted {
  readonly id: string;
  readonly author: { readonly id: string };
  readonly timestamp: string;
  readonly nonce?: string | number;
  readonly thread?: { readonly id: string };
  readonly components?: readonly unknown[];
}

const callback = { deferredMessage: 5, deferredUpdate: 6, modal: 9 } as const;
const ephemeralFlag = 1 << 6;
const threadExists = 160_004;
const wrongChannelType = 50_024;
const threadArchived = 50_083;
const lookBackMessages = 50;
/** Bytes: 10 MiB, for everybody and everywhere (discord.com/developers/docs/reference#uploading-files). */
const fileLengthMax = 10 * 1024 * 1024;
const threadNameLengthMax = 100;
/** The gateway does not deliver twice, so what could not be stored is tried again here. */
const storeAgainAfterMs = [100, 500, 2000];

const restOptions = (api: string, makeRequest: RESTOptions['makeRequest']): Partial<RESTOptions> => ({
  api,
  makeRequest,
  retries: 0,
  timeout: 10_000,
  // Waiting in the SDK's queue would show stale text: the caller knows better what to send when.
  rejectOnRateLimit: ({ method }) => method !== 'GET',
});

/** The SDK's own client does not take the runtime's forms, which files go in. */
const makeRequest: RESTOptions['makeRequest'] = (url, init) =>
  init.body instanceof FormData
    ? (fetch(url, init as RequestInit) as ReturnType<RESTOptions['makeRequest']>)
    : DefaultRestOptions.makeRequest(url, init);

const isCode = (error: unknown, code: number): boolean => error instanceof DiscordAPIError && error.code === code;
const mapped = async <T>(work: Promise<T>): Promise<T> =>
  work.catch((error: unknown) => Promise.reject(toChannelError(error)));

/** Discord through its gateway and REST. Throws on settings that are not valid; `start` rejects when the bot cannot connect. */
export function createDiscordChannel(settings: DiscordSettings): Channel {
  const { token, apiUrl, applicationId } = discordConfig.parse(settings);
  const guard = createRequestGuard();
  const limits = createRouteLimits();
  const options = restOptions(apiUrl, limits.learn(guard.guard(makeRequest)));
  const client = new REST(options);
  /** With the token each time: the SDK drops one for good that was refused once. */
  const rest = () => client.setToken(token);
  let gateway: Gateway | null = null;
  let catchUp: CatchUp | null = null;
  /** One at a time, so that messages are stored in the order they were written; the first waits for our own id. */
  let tail: Promise<unknown> = Promise.resolve();
  let selfId = '';
  const content = createContentWatch(() => selfId);

  /** The thread of a posted case; one that exists already has the id of its message. */
  async function openThread(room: string, posted: Posted, name: string): Promise<string> {
    if (posted.thread) return posted.thread.id;
    try {
      const made = (await rest().post(Routes.threads(room, posted.id), {
        body: { name: name.slice(0, threadNameLengthMax) },
      })) as { id: string };
      return made.id;
    } catch (error) {
      if (isCode(error, threadExists)) return posted.id;
      // A thread or a direct message cannot hold threads: the case stays in its room.
      if (isCode(error, wrongChannelType)) return room;
      throw error;
    }
  }

  async function toSent(
    { room, opensThreads }: Thread,
    posted: Posted,
    key: ThreadKey,
    name: string | undefined,
  ): Promise<SentMessage> {
    const thread =
      opensThreads && name !== undefined ? toThreadKey({ room: await openThread(room, posted, name) }) : key;
    return { message: toSentKey(room, posted.id), thread };
  }

  async function post(
    key: ThreadKey,
    message: OutboundMessage,
    deliveryKey: string,
    bytes?: Uint8Array,
  ): Promise<SentMessage> {
    const thread = threadOf(key);
    const body = { ...toDiscordMessage(message), nonce: toNonce(deliveryKey), enforce_nonce: true };
    const files = message.file && bytes ? [{ name: message.file.name, data: Buffer.from(bytes) }] : [];
    const posted = (await rest().post(Routes.channelMessages(thread.room), { body, files })) as Posted;
    return toSent(thread, posted, key, message.actions?.length ? message.title : undefined);
  }

  async function find(key: ThreadKey, deliveryKey: string, since: Date): Promise<SentMessage | null> {
    const thread = threadOf(key);
    const query = new URLSearchParams({ limit: String(lookBackMessages) });
    const recent = (await rest().get(Routes.channelMessages(thread.room), { query })) as Posted[];
    const nonce = toNonce(deliveryKey);
    const found = recent.find(
      (one) => one.author.id === selfId && one.nonce === nonce && new Date(one.timestamp) >= since,
    );
    return found ? toSent(thread, found, key, found.components?.length ? 'Case' : undefined) : null;
  }

  async function patch({ message: sent, thread }: SentMessage, message: OutboundMessage): Promise<void> {
    const { room, message: id } = placeOf(sent);
    const change = () => rest().patch(Routes.channelMessage(room, id), { body: toDiscordMessage(message) });
    try {
      await change();
    } catch (error) {
      if (!isCode(error, threadArchived)) throw error;
      await rest().patch(Routes.channel(threadOf(thread).room), { body: { archived: false } });
      await change();
    }
  }

  async function open(receive: Receive, shelf?: Shelf): Promise<void> {
    const answer = ({ id, token: pass }: Interaction | CommandGiven, body: object) =>
      rest().post(Routes.interactionCallback(id, pass), { body, auth: false });

    async function store(event: InboundEvent | null): Promise<void> {
      for (const ms of storeAgainAfterMs) {
        const isStored = await receive(event).then(
          () => true,
          () => false,
        );
        if (isStored) return;
        await wait(ms);
      }
      await receive(event);
    }

    /** A press is answered once it is stored: without an answer the person is told that it failed. */
    async function take(interaction: Interaction): Promise<void> {
      const { custom_id: customId } = interaction.data;
      if (interaction.type === 3 && customId.endsWith(asksSuffix)) {
        await answer(interaction, { type: callback.modal, data: toModal(customId, labelOf(interaction)) });
        return;
      }
      await receive(toPress(interaction));
      await answer(interaction, { type: callback.deferredUpdate });
    }

    /** Taken once it is stored; the words of the answer come where the conversation is, and not as the command's own. */
    async function obey(given: CommandGiven): Promise<void> {
      await receive(toCommanded(given));
      await answer(given, { type: callback.deferredMessage, data: { flags: ephemeralFlag } });
      await rest().delete(Routes.webhookMessage(given.application_id, given.token), { auth: false });
    }

    /** A nicety: where the bot was invited without its commands, people write to it all the same. */
    async function register(application: string): Promise<void> {
      const known = await rest().get(Routes.applicationCommands(application));
      if (!areRegistered(known)) await rest().put(Routes.applicationCommands(application), { body: commands });
    }

    const caughtUp = createCatchUp({
      rest,
      shelf,
      selfId: () => selfId,
      store: (payload) => store(toMessage(payload, selfId)),
    });
    await caughtUp.load();
    const opened = Promise.withResolvers<void>();
    tail = opened.promise;
    const inOrder = (work: () => Promise<void>): void => void (tail = tail.then(work).catch(() => undefined));
    gateway = await openGateway({
      token,
      applicationId,
      rest: options,
      onMessage(payload) {
        content.see(payload);
        inOrder(() => caughtUp.take(payload));
      },
      onChange: (event, payload) => inOrder(() => store(toChanged(event, payload, selfId))),
      onSession: (rooms) => inOrder(async () => caughtUp.run(await rooms)),
      onInteraction(payload) {
        const interaction = toInteraction(payload);
        const given = toCommandGiven(payload);
        const taking = interaction ? take(interaction) : given ? obey(given) : receive(null);
        taking.catch(() => undefined);
      },
    });
    selfId = gateway.selfId;
    catchUp = caughtUp;
    opened.resolve();
    await register(gateway.application).catch(() => undefined);
  }

  return {
    name: 'discord',
    fits: fitsMessage,
    // A channel takes 5 edits in 5 s.
    limits: { editIntervalMs: 1300 },
    start: open,
    async stop() {
      if (!gateway) return;
      await gateway.close();
      gateway = null;
      await catchUp?.stop();
    },
    send: (key, message, deliveryKey, bytes) => mapped(post(key, message, deliveryKey, bytes)),
    takesFile: ({ size }) => size <= fileLengthMax,
    edit: (sent, message) => mapped(patch(sent, message)),
    findSent: (key, deliveryKey, since) => mapped(find(key, deliveryKey, since)),
    budget: (key, call) => limits.budget(call, threadOf(key).room),
    showTyping: async (key) => void (await mapped(rest().post(Routes.channelTyping(threadOf(key).room)))),
    download: (key, lengthMax) => download(key, lengthMax, apiUrl),
    room: (id) => toThreadKey({ room: id, opensThreads: true }),
    async health() {
      const problem = gateway ? (gateway.problem() ?? guard.problem() ?? content.problem()) : 'not started';
      return problem === null ? { ok: true } : { ok: false, problem };
    },
  };
}
