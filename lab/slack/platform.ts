import type { Args } from './args.ts';
import type { ModalDesk } from './modals.ts';
import type { Json, SlackRoom, Workspace } from './workspace.ts';

/** What a Web API method may reach. */
export interface Platform {
  readonly workspace: Workspace;
  readonly modals: ModalDesk;
  /** Sends an event to the app in the background. */
  emit(event: Json): void;
  /** A fresh single-use WebSocket address for Socket Mode. */
  openSocketUrl(): string;
}

/** One Web API method: returns the fields beside `ok: true`, throws `SlackRefusal`. */
export type Method = (args: Args, platform: Platform) => Json;

/** A message event with the facts of its room. */
export const roomEvent = (workspace: Workspace, room: SlackRoom, event: Json): Json => ({
  ...event,
  channel: room.id,
  channel_type: room.kind,
  event_ts: typeof event['ts'] === 'string' ? event['ts'] : workspace.nextTs(),
});
