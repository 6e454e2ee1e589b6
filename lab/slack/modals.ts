import { randomBytes } from 'node:crypto';
import { acceptBlocks } from './blocks.ts';
import type { Method } from './platform.ts';
import { SlackRefusal, newSlackId, type Identity, type Json } from './workspace.ts';

/** A trigger opens one modal, within this time of the person's act. */
export const triggerLifetimeMs = 3000;
const viewSizeMaxBytes = 250_000;
const titleLengthMax = 24;
const privateMetadataLengthMax = 3000;

export interface ModalDesk {
  /** A new `trigger_id` for an act of this person. */
  trigger(user: string): string;
  /** Resolves with the view opened by the trigger, or null when its time has passed. */
  opened(triggerId: string): Promise<Json | null>;
  open(triggerId: string | undefined, view: unknown): Json;
  update(viewId: string | undefined, hash: string | undefined, view: unknown): Json;
  view(id: string): Json | null;
  closeView(id: string): void;
  views(): Json[];
}

const textLength = (value: unknown): number =>
  typeof value === 'object' && value !== null && 'text' in value ? String(value.text).length : 0;

const acceptView = (value: unknown): Json => {
  const refuse = (line: string) =>
    new SlackRefusal('invalid_arguments', { response_metadata: { messages: [`[ERROR] ${line}`] } });
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw refuse('missing required field: view');
  const view = value as Json;
  if (view['type'] !== 'modal') throw refuse('must be a valid enum value [json-pointer:/view/type]');
  if (JSON.stringify(view).length > viewSizeMaxBytes) throw new SlackRefusal('view_too_large');
  for (const name of ['title', 'submit', 'close'])
    if (textLength(view[name]) > titleLengthMax)
      throw refuse(`must be less than ${titleLengthMax + 1} characters [json-pointer:/view/${name}/text]`);
  if (textLength(view['title']) === 0) throw refuse('missing required field: title [json-pointer:/view]');
  if (String(view['private_metadata'] ?? '').length > privateMetadataLengthMax)
    throw refuse('must be less than 3001 characters [json-pointer:/view/private_metadata]');
  try {
    const blocks = acceptBlocks(view['blocks'], 'modal');
    if (blocks.some((block) => block['type'] === 'input') && textLength(view['submit']) === 0)
      throw refuse('missing required field: submit [json-pointer:/view]');
    return { ...view, blocks };
  } catch (error) {
    if (error instanceof SlackRefusal && error.reason.startsWith('invalid_blocks'))
      throw refuse(String((error.detail['errors'] as string[] | undefined)?.[0] ?? 'invalid blocks'));
    throw error;
  }
};

/** Keeps the modals open on people's screens and the triggers that may open them. */
export const createModalDesk = (identity: Identity, now: () => number = () => Date.now()): ModalDesk => {
  const triggers = new Map<
    string,
    { at: number; user: string; isUsed: boolean; resolve: (view: Json | null) => void; opened: Promise<Json | null> }
  >();
  const open = new Map<string, Json>();

  const store = (id: string, view: Json): Json => {
    const stored: Json = {
      private_metadata: '',
      callback_id: '',
      external_id: '',
      clear_on_close: false,
      notify_on_close: false,
      ...view,
      id,
      team_id: identity.teamId,
      app_id: identity.appId,
      app_installed_team_id: identity.teamId,
      bot_id: identity.botId,
      root_view_id: id,
      previous_view_id: null,
      state: { values: {} },
      hash: `${Math.floor(now() / 1000)}.${randomBytes(4).toString('hex')}`,
    };
    open.set(id, stored);
    return stored;
  };

  return {
    trigger(user) {
      const id = `${Math.floor(now())}.${randomBytes(5).readUIntBE(0, 5)}.${randomBytes(16).toString('hex')}`;
      const { promise, resolve } = Promise.withResolvers<Json | null>();
      setTimeout(() => {
        resolve(null);
        setTimeout(() => triggers.delete(id), 60_000).unref();
      }, triggerLifetimeMs).unref();
      triggers.set(id, { at: now(), user, isUsed: false, resolve, opened: promise });
      return id;
    },
    opened: (triggerId) => triggers.get(triggerId)?.opened ?? Promise.resolve(null),
    open(triggerId, value) {
      const trigger = triggerId === undefined ? undefined : triggers.get(triggerId);
      if (!trigger) throw new SlackRefusal('invalid_trigger_id');
      if (trigger.isUsed) throw new SlackRefusal('exchanged_trigger_id');
      if (now() - trigger.at > triggerLifetimeMs) throw new SlackRefusal('expired_trigger_id');
      const view = store(newSlackId('V'), acceptView(value));
      trigger.isUsed = true;
      trigger.resolve(view);
      return view;
    },
    update(viewId, hash, value) {
      const current = viewId === undefined ? undefined : open.get(viewId);
      if (!current || viewId === undefined) throw new SlackRefusal('not_found');
      if (hash !== undefined && hash !== current['hash']) throw new SlackRefusal('hash_conflict');
      return store(viewId, acceptView(value));
    },
    view: (id) => open.get(id) ?? null,
    closeView: (id) => void open.delete(id),
    views: () => [...open.values()],
  };
};

/** The Web API methods for modals. */
export const viewMethods: Record<string, Method> = {
  'views.open': (args, { modals }) => ({
    view: modals.open(args.text('trigger_id'), args.nested('view', 'invalid_arguments')),
  }),
  'views.update': (args, { modals }) => ({
    view: modals.update(args.text('view_id'), args.text('hash'), args.nested('view', 'invalid_arguments')),
  }),
};
