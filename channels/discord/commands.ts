import { z } from 'zod';
import type { Command, InboundAction, InboundMessage } from '#core/channel.ts';
import { toThreadKey } from './keys.ts';
import { madeAt, memberSchema, snowflake, toSender, userSchema } from './receive.ts';

const kind = { slash: 1, message: 3 } as const;
const stringOption = 3;
/** On servers and in direct messages with the bot (discord.com/developers/docs/interactions/application-commands). */
const everywhere = { contexts: [0, 1], integration_types: [0] };

const shortcutName = 'Send to a person';

const slash = (
  name: string,
  description: string,
  localized: Readonly<Record<string, string>>,
  options: object[] = [],
) => ({
  type: kind.slash,
  name,
  description,
  description_localizations: localized,
  options,
  ...everywhere,
});

/** What people can choose from, as it is registered; the platform shows each description in the person's language. */
export const commands = [
  slash(
    'ask',
    'Ask the assistant',
    { de: 'Den Assistenten fragen', 'es-ES': 'Preguntar al asistente', fr: "Demander à l'assistant" },
    [{ type: stringOption, name: 'question', description: 'What you want to know', required: true, max_length: 2000 }],
  ),
  slash('human', 'Talk to a person', {
    de: 'Mit einem Menschen sprechen',
    'es-ES': 'Hablar con una persona',
    fr: 'Parler à une personne',
  }),
  slash('status', 'Who answers you here', {
    de: 'Wer Ihnen hier antwortet',
    'es-ES': 'Quién le responde aquí',
    fr: 'Qui vous répond ici',
  }),
  slash('forget', 'Forget what was said here', {
    de: 'Vergessen, was hier gesagt wurde',
    'es-ES': 'Olvidar lo que se dijo aquí',
    fr: 'Oublier ce qui a été dit ici',
  }),
  slash('why', 'What the last answer leans on', {
    de: 'Worauf sich die letzte Antwort stützt',
    'es-ES': 'En qué se apoya la última respuesta',
    fr: "Sur quoi s'appuie la dernière réponse",
  }),
  { type: kind.message, name: shortcutName, ...everywhere },
];

const registered = z.array(
  z.object({ type: z.number().default(kind.slash), name: z.string(), description: z.string().default('') }),
);

/** Whether the platform has these commands already: registering is limited to 200 a day. */
export const areRegistered = (found: unknown): boolean => {
  const toLine = ({ type, name, description = '' }: { type: number; name: string; description?: string }) =>
    `${type} ${name} ${description}`;
  const { data = [] } = registered.safeParse(found);
  return data.map(toLine).toSorted().join('\n') === commands.map(toLine).toSorted().join('\n');
};

/** The fields we read of INTERACTION_CREATE for a command (2). */
const commandSchema = z.object({
  id: snowflake,
  application_id: snowflake,
  token: z.string(),
  type: z.literal(2),
  channel_id: snowflake,
  guild_id: snowflake.optional(),
  locale: z.string().optional(),
  user: userSchema.optional(),
  member: memberSchema.extend({ user: userSchema }).optional(),
  data: z.object({
    name: z.string(),
    type: z.number().default(kind.slash),
    options: z.array(z.object({ name: z.string(), value: z.unknown() })).default([]),
    target_id: snowflake.optional(),
    resolved: z
      .object({ messages: z.record(z.string(), z.object({ content: z.string().catch('') })).optional() })
      .optional(),
  }),
});
export type CommandGiven = z.infer<typeof commandSchema>;

/** An INTERACTION_CREATE dispatch of a command, or null. */
export const toCommandGiven = (payload: unknown): CommandGiven | null => commandSchema.safeParse(payload).data ?? null;

const plain: ReadonlySet<string> = new Set<Command>(['human', 'status', 'forget', 'why']);

/** A command as ours, in the room in which it was given; null for one that is not ours. */
export const toCommanded = (given: CommandGiven): InboundMessage | InboundAction | null => {
  const { id, data, member, guild_id: guild, channel_id: room, locale } = given;
  const user = given.user ?? member?.user;
  if (!user) return null;
  const base = {
    channel: 'discord',
    id,
    thread: toThreadKey({ room }),
    sender: toSender(user, member?.nick, guild, locale),
    sentAt: madeAt(id),
  };
  if (data.type === kind.message) {
    if (data.name !== shortcutName) return null;
    const text = data.resolved?.messages?.[data.target_id ?? '']?.content ?? '';
    return { ...base, kind: 'action', action: 'human', ...(text ? { text } : {}) };
  }
  if (plain.has(data.name)) return { ...base, kind: 'action', action: data.name };
  const question = data.options.find(({ name }) => name === 'question')?.value;
  if (data.name !== 'ask' || typeof question !== 'string' || question.trim() === '') return null;
  return {
    ...base,
    kind: 'message',
    text: question.trim(),
    setting: guild === undefined ? 'direct' : 'group',
    addressed: true,
  };
};
