import type { PaneView } from '#lab/pane.ts';
import { channelToApi, memberOf, messageToApi } from './api-objects.ts';
import { flag, type Component, type MessageForm } from './form.ts';
import { createSnowflakes } from './snowflakes.ts';
import { viewRoom } from './view.ts';

export interface User {
  readonly id: string;
  readonly username: string;
  readonly global_name: string;
  readonly bot: boolean;
  readonly discriminator: '0';
  readonly avatar: null;
  readonly flags: 0;
  readonly public_flags: 0;
}

export interface Channel {
  readonly id: string;
  /** 0 guild text, 1 DM, 11 public thread. */
  readonly type: 0 | 1 | 11;
  readonly name: string;
  readonly parent_id: string | null;
  readonly recipients: readonly User[];
  /** Stays when that message is deleted. */
  last_message_id: string | null;
  archived: boolean;
  locked: boolean;
  typing: { readonly user: string; readonly until: number } | null;
}

export interface Message {
  readonly id: string;
  readonly channel_id: string;
  readonly author: User;
  readonly timestamp: string;
  readonly type: number;
  readonly nonce?: string | number;
  readonly message_reference?: { readonly message_id: string; readonly channel_id: string };
  readonly application_id?: string;
  content: string;
  edited_timestamp: string | null;
  embeds: readonly Record<string, unknown>[];
  components: readonly Component[];
  attachments: readonly Record<string, unknown>[];
  mentions: readonly User[];
  mention_everyone: boolean;
  flags: number;
  /** What the sender asked for; not part of the API's answer. */
  allowedMentions: MessageForm['allowed_mentions'];
}

/** Sends a dispatch to the gateway sessions that may have it. */
export type Dispatch = (event: string, data: Record<string, unknown>) => void;

export interface World {
  readonly guildId: string;
  readonly applicationId: string;
  readonly bot: User;
  readonly users: Map<string, User>;
  readonly channels: Map<string, Channel>;
  readonly messages: Map<string, Message>;
  /** Users who take no direct messages from the guild. */
  readonly closedTo: Set<string>;
  readonly newId: () => string;
  dispatch: Dispatch;
  addUser(user: { readonly id?: string; readonly name: string }): User;
  addChannel(channel: Pick<Channel, 'type' | 'name'> & Partial<Channel>): Channel;
  openThread(parent: Channel, root: Message | null, name: string): Channel;
  addMessage(channel: Channel, author: User, form: MessageForm, extra?: Partial<Message>): Message;
  editMessage(message: Message, form: MessageForm): void;
  removeMessage(message: Message): void;
  toApi(message: Message): Record<string, unknown>;
  channelToApi(channel: Channel): Record<string, unknown>;
  memberOf(user: User): Record<string, unknown>;
  /** The fields that every event of that channel carries beside its own: the guild, or nothing in a DM. */
  placeFields(channel: Channel | undefined): { guild_id?: string };
  changed(channelId: string): void;
  onChange(listener: (room: string) => void): () => void;
  view(room: string): PaneView;
}

export function createWorld(ids: {
  readonly applicationId?: string;
  readonly botId?: string;
  readonly botName?: string;
}): World {
  const newId = createSnowflakes();
  const users = new Map<string, User>();
  const channels = new Map<string, Channel>();
  const messages = new Map<string, Message>();
  const listeners = new Set<(room: string) => void>();
  const applicationId = ids.applicationId ?? newId();
  const newUser = (id: string, name: string, bot: boolean): User => {
    const user: User = {
      id,
      username: name.toLowerCase().replaceAll(/[^a-z0-9._]+/g, '_'),
      global_name: name,
      bot,
      discriminator: '0',
      avatar: null,
      flags: 0,
      public_flags: 0,
    };
    users.set(id, user);
    return user;
  };
  const bot = newUser(ids.botId ?? applicationId, ids.botName ?? 'Firstline', true);

  function mentionsIn(
    content: string,
    form: MessageForm,
    isBot: boolean,
  ): Pick<Message, 'mentions' | 'mention_everyone'> {
    const allowed = isBot ? form.allowed_mentions : undefined;
    const mayParse = (kind: string) => !allowed || (allowed.parse ?? []).includes(kind);
    const named = [...content.matchAll(/<@!?(\d+)>/g)]
      .map((match) => match[1] ?? '')
      .filter((id) => mayParse('users') || allowed?.users?.includes(id));
    const replied = form.message_reference ? messages.get(form.message_reference.message_id)?.author.id : undefined;
    if (replied && allowed?.replied_user !== false) named.push(replied);
    return {
      mentions: [...new Set(named)].flatMap((id) => users.get(id) ?? []),
      mention_everyone: /@(everyone|here)\b/.test(content) && mayParse('everyone'),
    };
  }

  const world: World = {
    guildId: newId(),
    applicationId,
    bot,
    users,
    channels,
    messages,
    closedTo: new Set(),
    newId,
    dispatch: () => {},
    addUser: ({ id, name }) => newUser(id ?? newId(), name, false),
    addChannel(wanted) {
      const channel: Channel = {
        id: newId(),
        parent_id: null,
        recipients: [],
        last_message_id: null,
        archived: false,
        locked: false,
        typing: null,
        ...wanted,
      };
      channels.set(channel.id, channel);
      return channel;
    },
    openThread(parent, root, name) {
      const thread = world.addChannel({ type: 11, name, parent_id: parent.id, id: root?.id ?? newId() });
      if (root) root.flags |= flag.hasThread;
      world.dispatch('THREAD_CREATE', { ...world.channelToApi(thread), newly_created: true });
      return thread;
    },
    addMessage(channel, author, form, extra = {}) {
      const message = newMessage(newId(), channel, author, form, {
        ...mentionsIn(form.content ?? '', form, author.bot),
        ...extra,
      });
      messages.set(message.id, message);
      channel.typing = null;
      if (!(message.flags & flag.ephemeral)) channel.last_message_id = message.id;
      if (!channel.locked) channel.archived = false;
      world.changed(channel.id);
      if (!(message.flags & flag.ephemeral))
        world.dispatch('MESSAGE_CREATE', { ...world.toApi(message), ...messageFields(channel, author) });
      return message;
    },
    editMessage(message, form) {
      if (form.content !== undefined)
        Object.assign(
          message,
          { content: form.content ?? '' },
          mentionsIn(form.content ?? '', form, message.author.bot),
        );
      if (form.embeds) message.embeds = form.embeds;
      if (form.components) message.components = form.components;
      if (form.flags !== undefined) message.flags = (message.flags & (flag.hasThread | flag.ephemeral)) | form.flags;
      message.flags &= ~flag.loading;
      message.allowedMentions = form.allowed_mentions;
      message.edited_timestamp = new Date().toISOString();
      const channel = channels.get(message.channel_id);
      world.changed(message.channel_id);
      if (!(message.flags & flag.ephemeral))
        world.dispatch('MESSAGE_UPDATE', { ...world.toApi(message), ...messageFields(channel, message.author) });
    },
    removeMessage(message) {
      messages.delete(message.id);
      world.changed(message.channel_id);
      world.dispatch('MESSAGE_DELETE', {
        id: message.id,
        channel_id: message.channel_id,
        ...world.placeFields(channels.get(message.channel_id)),
      });
    },
    toApi: (message) => messageToApi(world, message),
    channelToApi: (channel) => channelToApi(world, channel),
    memberOf,
    placeFields: (channel) => (channel && channel.type !== 1 ? { guild_id: world.guildId } : {}),
    changed(channelId) {
      const parent = channels.get(channelId)?.parent_id;
      for (const listener of listeners) {
        listener(channelId);
        if (parent) listener(parent);
      }
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    view: (room) => viewRoom(world, room),
  };

  /** What a message event has beside the message; without `channel_type` discord.js cannot tell that a DM is one. */
  function messageFields(channel: Channel | undefined, author: User) {
    if (!channel) return {};
    if (channel.type === 1) return { channel_type: channel.type };
    const { user: _user, ...member } = memberOf(author);
    return { channel_type: channel.type, guild_id: world.guildId, member };
  }
  return world;
}

function newMessage(id: string, channel: Channel, author: User, form: MessageForm, extra: Partial<Message>): Message {
  const answered = form.message_reference;
  return {
    id,
    channel_id: channel.id,
    author,
    timestamp: new Date().toISOString(),
    type: answered ? 19 : 0,
    ...(form.nonce === undefined ? {} : { nonce: form.nonce }),
    ...(answered ? { message_reference: { message_id: answered.message_id, channel_id: channel.id } } : {}),
    content: form.content ?? '',
    edited_timestamp: null,
    embeds: form.embeds ?? [],
    components: form.components ?? [],
    attachments: [],
    mentions: [],
    mention_everyone: false,
    flags: form.flags ?? 0,
    allowedMentions: form.allowed_mentions,
    ...extra,
  };
}
