import { z } from 'zod';

import type { Attachment, AttachmentKey, InboundEvent, SentKey, ThreadKey } from '#core/channel.ts';

import type { Visitor } from './session.ts';

const id = z.string().regex(/^[\w-]{1,64}$/);
const sent = z.string().max(128);
const file = z.object({
  name: z.string().max(255),
  mediaType: z.string().max(127),
  /** Base64. */
  data: z.base64(),
});

/** What a visitor can do, by the path it is posted to. The client's id makes a retry a no-op. */
const bodies = {
  messages: z.object({ id, text: z.string(), files: z.array(file).max(10).default([]) }),
  actions: z.object({ id, action: z.string().max(64), message: sent }),
  stops: z.object({ id }),
  openings: z.object({ id }),
  feedback: z.object({
    id,
    message: sent,
    rating: z.enum(['good', 'bad']).nullable(),
    text: z.string().max(4000).optional(),
  }),
} as const;
export type Act = keyof typeof bodies;
export const acts = Object.keys(bodies) as readonly Act[];

export const toThread = ({ id: person, organization }: Pick<Visitor, 'id' | 'organization'>): ThreadKey =>
  JSON.stringify({ visitor: person, ...(organization === 'web' ? {} : { organization }) }) as ThreadKey;

/** Where nobody else keeps a file until it is read, it is its own address: it lies sealed with the message that brought it. */
const toAttachment = ({ name, mediaType, data }: z.infer<typeof file>): Attachment => ({
  name,
  mediaType,
  size: Buffer.byteLength(data, 'base64'),
  key: `data:;base64,${data}` as AttachmentKey,
});

/** A visitor's words or acts; null when the body is not of a shape we know. */
export const toInboundEvent = (act: Act, who: Visitor, body: unknown, now: Date): InboundEvent | null => {
  const read = <T extends z.ZodType>(shape: T): z.infer<T> | null => shape.safeParse(body).data ?? null;
  const from = (own: string) => ({
    channel: 'web',
    id: `${who.id}:${own}`,
    thread: toThread(who),
    sender: who,
    sentAt: now,
  });
  switch (act) {
    case 'messages': {
      const said = read(bodies.messages);
      if (!said) return null;
      const attachments = said.files.map(toAttachment);
      return {
        ...from(said.id),
        kind: 'message',
        text: said.text,
        setting: 'direct',
        addressed: true,
        ...(attachments.length > 0 ? { attachments } : {}),
      };
    }
    case 'actions': {
      const pressed = read(bodies.actions);
      return (
        pressed && {
          ...from(pressed.id),
          kind: 'action',
          action: pressed.action,
          message: pressed.message as SentKey,
        }
      );
    }
    case 'feedback': {
      const thought = read(bodies.feedback);
      if (!thought) return null;
      const { message, rating, text } = thought;
      return {
        ...from(thought.id),
        kind: 'feedback',
        message: message as SentKey,
        rating,
        ...(text === undefined ? {} : { text }),
      };
    }
    case 'stops': {
      const asked = read(bodies.stops);
      return asked && { ...from(asked.id), kind: 'stopped' };
    }
    case 'openings': {
      const came = read(bodies.openings);
      return came && { ...from(came.id), kind: 'opened' };
    }
  }
};
