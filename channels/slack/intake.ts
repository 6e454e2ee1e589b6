import { App, LogLevel, type Receiver } from '@slack/bolt';
import type { Receive } from '#core/channel.ts';
import type { SlackConfig } from './config.ts';
import { type createShowHome, opensHome } from './home.ts';
import { isCommand, toCommanded } from './receive-commands.ts';
import { directRoomOf, toAsking, toInboundEvent, toSender } from './receive.ts';
import type { Recipients } from './recipients.ts';
import { renderDialog } from './render.ts';
import type { DirectRooms } from './rooms.ts';
import type { Take } from './socket.ts';
import { isJson, type Json } from './verify.ts';
import type { Workspaces } from './workspaces.ts';

/** A dialog has to open within 3 s of the press. */
const dialogTimeoutMs = 1500;
const handledTypes = new Set(['event_callback', 'block_actions', 'message_action', 'view_submission']);

/** Requests come in by `webhook` and by the socket, so Bolt's own server is not wanted. */
const noServer: Receiver = { init: () => undefined, start: async () => undefined, stop: async () => undefined };

/** A Bolt app whose one middleware stores; its `processEvent` throws when storing did. */
const createBolt = (config: SlackConfig, accept: (body: Json) => Promise<void>): App => {
  const bolt = new App({
    receiver: noServer,
    // Whose workspace a body is of is known before Bolt sees it, and no call is made with its client.
    authorize: async () => ({}),
    // It would drop our own messages before they are counted; `toInboundEvent` tells them better.
    ignoreSelf: false,
    convoStore: false,
    attachFunctionToken: false,
    logLevel: LogLevel.ERROR,
    clientOptions: { slackApiUrl: config.apiUrl },
  });
  // No `next`: what follows the storing happens in the core.
  bolt.use(async ({ body }) => accept(body as unknown as Json));
  bolt.error(async (error) => {
    throw error;
  });
  return bolt;
};

export interface IntakeParts {
  readonly config: SlackConfig;
  readonly receive: () => Receive;
  readonly workspaces: Workspaces;
  readonly rooms: DirectRooms;
  readonly recipients: Recipients;
  readonly showHome: ReturnType<typeof createShowHome>;
}

/**
 * Resolves when a verified body is stored, by HTTP or by socket alike; throws Refused for one of a workspace that we do not serve.
 * Nothing is asked of the platform before that, but for a dialog to be opened: its press is told only once and is void after 3 s.
 */
export const createIntake = ({ config, receive, workspaces, rooms, recipients, showHome }: IntakeParts): Take => {
  const accept = async (body: Json): Promise<void> => {
    const workspace = await workspaces.admit(body);
    const from = directRoomOf(body);
    if (from) rooms.note(workspace.team, from.person, from.room);
    if (isCommand(body)) {
      const sender = toSender(body, workspace);
      return receive()(sender && toCommanded(body, workspace, sender, new Date()));
    }
    const asking = toAsking(body);
    if (!asking) {
      const event = toInboundEvent(body, workspace);
      recipients.note(event);
      await receive()(event);
      const opener = opensHome(body) ? toSender(body, workspace) : null;
      // Nobody waits for it: the platform has its answer by then.
      if (opener) void showHome(workspace.team, opener);
      return undefined;
    }
    const client = workspaces.clientFor(workspace, dialogTimeoutMs);
    await client.views.open({ trigger_id: asking.triggerId, view: renderDialog(asking) });
    return receive()(null);
  };

  const bolt = createBolt(config, accept);
  return async (body, retry) => {
    await workspaces.admit(body);
    // Bolt returns without a word from bodies it does not know, such as `app_rate_limited`, and breaks on events that are none.
    const isBroken = body['type'] === 'event_callback' && !isJson(body['event']);
    const isHandled = handledTypes.has(String(body['type'])) || body['command'] !== undefined;
    if (isBroken || !isHandled || (await workspaces.end(body))) return receive()(null);
    await bolt.processEvent({
      body,
      ack: async () => undefined,
      ...(retry.num === undefined ? {} : { retryNum: retry.num }),
      ...(retry.reason === undefined ? {} : { retryReason: retry.reason }),
    });
  };
};
