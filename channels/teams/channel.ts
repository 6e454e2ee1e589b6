import type { Channel, InboundEvent, OutboundMessage, Receive, Sender, SentMessage } from '#core/channel.ts';
import { systemClock, type Clock } from '#core/clock.ts';
import { Refused } from '#core/errors.ts';
import { teamsConfig, type TeamsConfig, type TeamsSettings } from './config.ts';
import { tenantOf } from './activity.ts';
import { budgetOf } from './budget.ts';
import { createConnector, type Place } from './connector.ts';
import { download } from './download.ts';
import { activityIdOf, roomOf, threadOf, toSentKey, toThreadKey } from './keys.ts';
import { readActivity } from './payload.ts';
import { doneBy } from './press.ts';
import { toEvent } from './receive.ts';
import { createRecent } from '#core/recent.ts';
import { fitsActivity, toActivity, toPressAnswer } from './render.ts';
import { isAllowedUrl } from './service-url.ts';
import { createServiceUrls } from './service-urls.ts';
import { createStreams } from './stream.ts';

/** So many personal chats are remembered with the person in them. */
const peopleMax = 1000;

/** Refuses, after the token was found good, what is not meant for this bot. */
function admit(payload: Record<string, unknown>, config: TeamsConfig): void {
  if (payload.channelId !== 'msteams') throw new Refused(403, 'foreign_channel');
  if (typeof payload.serviceUrl !== 'string' || !isAllowedUrl(payload.serviceUrl, config.serviceUrls))
    throw new Refused(403, 'foreign_service_url');
  if (config.appType !== 'MultiTenant' && tenantOf(payload) !== config.tenantId)
    throw new Refused(403, 'foreign_tenant');
}

/** A stream ends with text; a card has none. */
const isCard = ({ title, facts = [] }: OutboundMessage): boolean => title !== undefined || facts.length > 0;

/**
 * Noted of a message that a stream shows: an answer that grows, which its reader may stop, or words that were whole from the
 * beginning. It is ended by the last activity of the stream, not by an update.
 */
type StreamKind = 'answer' | 'words';

/**
 * Microsoft Teams through its Bot Connector; takes activities at /channels/teams/messages. In a personal chat what is said streams;
 * elsewhere it is posted and updated. Throws on settings that are not valid.
 */
export function createTeamsChannel(settings: TeamsSettings, clock: Clock = systemClock): Channel {
  const config = teamsConfig.parse(settings);
  const connector = createConnector(config);
  const serviceUrls = createServiceUrls(config);
  const people = createRecent<Sender>(peopleMax);
  let receive: Receive | null = null;

  const placeOf = (thread: ReturnType<typeof threadOf>): Place => ({
    conversation: thread.conversation,
    serviceUrl: serviceUrls.of(thread),
  });

  /**
   * The platform tells of its Stop button only by refusing; whose it was is known where the person has written to this process.
   * What cannot be stored is told by that refusal alone.
   */
  async function tellStopped({ conversation }: Place, stream: string): Promise<void> {
    const sender = people.get(conversation);
    if (!sender || !receive) return;
    await receive({
      kind: 'stopped',
      channel: 'teams',
      id: `stopped:${conversation}:${stream}`,
      thread: toThreadKey({ kind: 'personal', conversation }),
      sender,
      sentAt: clock.now(),
    }).catch(() => undefined);
  }

  const streams = createStreams(connector, clock, tellStopped);

  function remember(event: InboundEvent | null): void {
    if (event?.kind !== 'message') return;
    const { kind, conversation } = threadOf(event.thread);
    if (kind === 'personal') people.set(conversation, event.sender);
  }

  async function take(request: Request): Promise<Response> {
    if (!new URL(request.url).pathname.endsWith('/messages')) throw new Refused(404, 'unknown_path');
    if (request.method !== 'POST') throw new Refused(405, 'bad_method', { allow: 'POST' });
    const authorization = request.headers.get('authorization');
    if (!authorization) throw new Refused(401, 'bad_token');
    const payload = await readActivity(request);
    const verdict = await connector.authenticate(payload, authorization);
    if (verdict === 'forged') throw new Refused(401, 'bad_token');
    // A 5xx makes the platform deliver again.
    if (verdict === 'unknown' || !receive) return new Response(null, { status: 503 });
    admit(payload, config);
    const { conversation, serviceUrl, type } = payload as {
      conversation?: { id?: string };
      serviceUrl: string;
      type?: string;
    };
    if (typeof conversation?.id === 'string') await serviceUrls.note(conversation.id, serviceUrl);
    const event = toEvent(payload);
    remember(event);
    await receive(event);
    if (type !== 'invoke') return new Response(null, { status: 200 });
    return Response.json(payload.name === 'adaptiveCard/action' ? toPressAnswer(doneBy(payload)) : {});
  }

  return {
    name: 'teams',
    fits: fitsActivity,
    // A room takes 60 sends and edits in 30 s.
    limits: { editIntervalMs: 2000 },
    async start(given, shelf) {
      await serviceUrls.open(shelf);
      receive = given;
    },
    stop: async () => void (receive = null),
    webhook: take,

    async reserve(key, message, deliveryKey) {
      const thread = threadOf(key);
      if (thread.kind !== 'personal' || message.text === '' || isCard(message)) return null;
      const id = await streams.begin(placeOf(thread), deliveryKey, message);
      if (id === null) return null;
      const note: StreamKind = message.partial ? 'answer' : 'words';
      return { message: toSentKey(thread.conversation, id), thread: key, note };
    },

    async send(key, message, deliveryKey): Promise<SentMessage> {
      const thread = threadOf(key);
      const id = await connector.post(placeOf(thread), toActivity(message, deliveryKey, thread.kind));
      const startsThread = thread.kind === 'channel' && thread.conversation === roomOf(thread.conversation);
      return {
        message: toSentKey(thread.conversation, id),
        thread: startsThread ? toThreadKey({ ...thread, conversation: `${thread.conversation};messageid=${id}` }) : key,
      };
    },

    async edit({ message: sent, thread: key, note }, message) {
      const thread = threadOf(key);
      const place = placeOf(thread);
      const id = activityIdOf(sent);
      const activity = toActivity(message, clock.now().getTime().toString(36), thread.kind);
      if (note === undefined) await connector.put(place, id, activity);
      else if (message.partial) await streams.grow(place, id, message);
      else await streams.finish(place, id, activity, note === ('words' satisfies StreamKind));
    },

    budget: (key) => budgetOf(roomOf(threadOf(key).conversation)),

    async showTyping(key) {
      const thread = threadOf(key);
      // In a room of many each sign would count against the words of the others.
      if (thread.kind !== 'personal') return;
      const place = placeOf(thread);
      if (!(await streams.announce(place))) await connector.post(place, { type: 'typing' });
    },

    download: (key, lengthMax) => download(key, lengthMax, config, connector.token),

    room: (id) => toThreadKey({ kind: 'channel', conversation: id }),

    health: () =>
      connector.login().then(
        () => ({ ok: true }) as const,
        (error: Error) => ({ ok: false, problem: error.message }) as const,
      ),
  };
}
