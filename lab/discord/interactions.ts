import { randomBytes } from 'node:crypto';
import type { Press } from '#lab/pane.ts';
import {
  componentType,
  flag,
  flattenComponents,
  problemInForm,
  type ApiError,
  type Component,
  type MessageForm,
} from './form.ts';
import type { Channel, Message, User, World } from './world.ts';

interface Modal {
  readonly custom_id: string;
  readonly title: string;
  readonly components: readonly Component[];
}

export interface Interaction {
  readonly id: string;
  readonly token: string;
  readonly type: 2 | 3 | 5;
  readonly createdAt: number;
  readonly channel: Channel;
  readonly user: User;
  /** The message whose button was pressed; a command has none. */
  readonly message: Message | null;
  readonly answered: PromiseWithResolvers<Modal | null>;
  /** The callback type that was taken, or null while none was. */
  callback: number | null;
  /** What `@original` is. */
  original: Message | null;
}

export interface Registered {
  readonly id: string;
  readonly type?: number;
  readonly name: string;
  readonly options?: readonly { readonly name: string; readonly type: number; readonly required?: boolean }[];
}

export interface CommandGiven {
  readonly room: string;
  readonly user: string;
  readonly name: string;
  readonly options?: Readonly<Record<string, string>>;
  readonly target?: string;
}

export interface Interactions {
  /** Presses a button, fills in the modal if there is one; rejects with what the client would show. */
  press(press: Press): Promise<void>;
  /** Gives a registered command; rejects with what the client would show. `target` is the message of a message command. */
  command(given: CommandGiven): Promise<void>;
  /** Replaces the application's commands. */
  register(commands: readonly Registered[]): Registered[];
  registered(): readonly Registered[];
  /** `POST /interactions/{id}/{token}/callback`. */
  callback(
    id: string,
    token: string,
    body: { type?: number; data?: MessageForm & Partial<Modal> },
  ): ApiError | { readonly interaction: Interaction; readonly message: Message | null };
  /** The interaction of a webhook token, while the token is good. */
  byToken(application: string, token: string): Interaction | ApiError;
}

/** A first answer must come within 3 s; the token works for 15 min. */
const tokenMsMax = 15 * 60_000;

const unknownInteraction: ApiError = { status: 404, code: 10_062, message: 'Unknown interaction' };
const callbackType = { message: 4, deferredMessage: 5, deferredUpdate: 6, update: 7, modal: 9 } as const;

/** The text inputs of a modal, as the client sends them back. */
function fill(components: readonly Component[], values: ReadonlyMap<string, string>): unknown[] {
  return components.map(({ type, id, components: inner, component, custom_id: customId }) => {
    if (type === componentType.textInput)
      return { type, id, custom_id: customId, value: values.get(customId ?? '') ?? '' };
    return {
      type,
      id,
      ...(inner ? { components: fill(inner, values) } : {}),
      ...(component ? { component: fill([component], values)[0] } : {}),
    };
  });
}

/** Buttons, modals and what bots answer to them; `answerMsMax` is 3 s on the platform. */
export function createInteractions(world: World, answerMsMax: number): Interactions {
  const interactions = new Map<string, Interaction>();

  let known: readonly Registered[] = [];

  function start(type: 2 | 3 | 5, place: Message | Channel, user: User, data: Record<string, unknown>): Interaction {
    const message = 'channel_id' in place ? place : null;
    const channel = 'channel_id' in place ? world.channels.get(place.channel_id) : place;
    if (!channel) throw new Error('Discord lab: the message stands in no channel');
    const interaction: Interaction = {
      id: world.newId(),
      token: randomBytes(40).toString('base64url'),
      type,
      createdAt: Date.now(),
      channel,
      user,
      message,
      answered: Promise.withResolvers<Modal | null>(),
      callback: null,
      original: null,
    };
    interactions.set(interaction.id, interaction);
    const isDirect = channel.type === 1;
    world.dispatch('INTERACTION_CREATE', {
      id: interaction.id,
      application_id: world.applicationId,
      type,
      token: interaction.token,
      version: 1,
      data,
      channel: world.channelToApi(channel),
      channel_id: channel.id,
      ...(message ? { message: world.toApi(message) } : {}),
      ...(isDirect ? { user } : { guild_id: world.guildId, member: world.memberOf(user), guild_locale: 'en-US' }),
      locale: 'en-US',
      app_permissions: '1071698660929',
      entitlements: [],
      authorizing_integration_owners: { '0': isDirect ? '0' : world.guildId },
      context: isDirect ? 1 : 0,
      attachment_size_limit: 10_485_760,
    });
    return interaction;
  }

  async function answerOf(interaction: Interaction): Promise<Modal | null> {
    const timeout = Promise.withResolvers<never>();
    const timer = setTimeout(() => timeout.reject(new Error('This interaction failed')), answerMsMax).unref();
    return Promise.race([interaction.answered.promise, timeout.promise]).finally(() => clearTimeout(timer));
  }

  async function submit(modal: Modal, from: Interaction, text: string): Promise<void> {
    const inputs = flattenComponents(modal.components).filter((one) => one.type === componentType.textInput);
    const [first] = inputs;
    if (!first) throw new Error('Discord lab: the modal has no text input');
    if (first.required !== false && !text) throw new Error('This field is required');
    if (typeof first.max_length === 'number' && text.length > first.max_length)
      throw new Error(`Must be ${first.max_length} or fewer in length`);
    if (typeof first.min_length === 'number' && text.length < first.min_length)
      throw new Error(`Must be at least ${first.min_length} in length`);
    const values = new Map(inputs.map((input) => [input.custom_id ?? '', String(input.value ?? '')]));
    values.set(first.custom_id ?? '', text);
    await answerOf(
      start(5, from.message ?? from.channel, from.user, {
        custom_id: modal.custom_id,
        components: fill(modal.components, values),
      }),
    );
  }

  /** Does what the callback asks for; the message is the one it made or changed. */
  function apply(interaction: Interaction, type: number, data: MessageForm): Message | null {
    if (type === callbackType.update && interaction.message) world.editMessage(interaction.message, data);
    if (type === callbackType.update || type === callbackType.deferredUpdate)
      interaction.original = interaction.message;
    if (type === callbackType.message || type === callbackType.deferredMessage) {
      const flags = (data.flags ?? 0) | (type === callbackType.deferredMessage ? flag.loading : 0);
      interaction.original = world.addMessage(
        interaction.channel,
        world.bot,
        { ...data, flags },
        { application_id: world.applicationId },
      );
    }
    return interaction.original;
  }

  return {
    async press({ message: messageId, user: userId, action, text }) {
      const message = world.messages.get(messageId);
      const user = world.users.get(userId);
      if (!message || !user) throw new Error(`Discord lab: no message ${messageId} or no user ${userId}`);
      const button = flattenComponents(message.components).find(
        (one) => one.type === componentType.button && one.custom_id === action,
      );
      if (!button || button.disabled) throw new Error(`Discord lab: message ${messageId} has no button ${action}`);
      const interaction = start(3, message, user, {
        custom_id: action,
        component_type: componentType.button,
        id: button.id ?? 1,
      });
      const modal = await answerOf(interaction);
      if (modal) return submit(modal, interaction, text ?? '');
      if (text !== undefined) throw new Error('Discord lab: the bot opened no modal to write in');
    },

    async command({ room, user: userId, name, options = {}, target }) {
      const channel = world.channels.get(room);
      const user = world.users.get(userId);
      const command = known.find((one) => one.name === name);
      const message = target === undefined ? undefined : world.messages.get(target);
      if (!channel || !user || !command) throw new Error(`Discord lab: no command ${name} for ${userId} in ${room}`);
      for (const option of command.options ?? [])
        if (option.required && !options[option.name]) throw new Error('This option is required');
      await answerOf(
        start(2, channel, user, {
          id: command.id,
          name,
          type: command.type ?? 1,
          ...(message
            ? { target_id: message.id, resolved: { messages: { [message.id]: world.toApi(message) } } }
            : { options: Object.entries(options).map(([key, value]) => ({ type: 3, name: key, value })) }),
        }),
      );
    },
    register: (commands) => {
      known = commands;
      return [...known];
    },
    registered: () => known,

    callback(id, token, { type = 0, data = {} }) {
      const interaction = interactions.get(id);
      if (!interaction || interaction.token !== token) return unknownInteraction;
      if (interaction.callback !== null)
        return { status: 400, code: 40_060, message: 'Interaction has already been acknowledged.' };
      if (Date.now() - interaction.createdAt > answerMsMax) return unknownInteraction;
      const bad = (message: string): ApiError => ({
        status: 400,
        code: 50_035,
        message: 'Invalid Form Body',
        errors: { type: { _errors: [{ code: 'BASE_TYPE_CHOICES', message }] } },
      });
      if (!Object.values(callbackType).includes(type as 4))
        return bad('Value of field "type" must be one of (4, 5, 6, 7, 9).');
      if (type === callbackType.modal) {
        if (interaction.type === 5) return bad('A modal cannot answer a modal.');
        const problem = problemInModal(data);
        if (problem) return problem;
        interaction.callback = type;
        interaction.answered.resolve(data as Modal);
        return { interaction, message: null };
      }
      const isForm = type === callbackType.message || type === callbackType.update;
      const problem = isForm ? problemInForm(data, data.attachments?.length ?? 0, type === callbackType.update) : null;
      if (problem) return problem;
      interaction.callback = type;
      const message = apply(interaction, type, data);
      interaction.answered.resolve(null);
      return { interaction, message };
    },

    byToken(application, token) {
      const interaction = [...interactions.values()].find((one) => one.token === token);
      if (application !== world.applicationId || !interaction || interaction.callback === null)
        return { status: 404, code: 10_015, message: 'Unknown Webhook' };
      return Date.now() - interaction.createdAt > tokenMsMax
        ? { status: 401, code: 50_027, message: 'Invalid Webhook Token' }
        : interaction;
    },
  };
}

function problemInModal(modal: Partial<Modal>): ApiError | null {
  const wrong = (field: string, message: string): ApiError => ({
    status: 400,
    code: 50_035,
    message: 'Invalid Form Body',
    errors: { data: { [field]: { _errors: [{ code: 'BASE_TYPE_BAD_LENGTH', message }] } } },
  });
  if (!modal.custom_id || modal.custom_id.length > 100)
    return wrong('custom_id', 'Must be between 1 and 100 in length.');
  if (!modal.title || modal.title.length > 45) return wrong('title', 'Must be between 1 and 45 in length.');
  const { length } = modal.components ?? [];
  return length < 1 || length > 5 ? wrong('components', 'Must be between 1 and 5 in length.') : null;
}
