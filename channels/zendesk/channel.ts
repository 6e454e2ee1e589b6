import type { Channel, OutboundMessage, Receive, SentMessage } from '#core/channel.ts';
import { ChannelError, Refused } from '#core/errors.ts';

import { createCall } from './call.ts';
import { zendeskConfig, type ZendeskSettings } from './config.ts';
import { placeOf, type Requester, toSentKey, toThread } from './keys.ts';
import { toEvent, verify } from './receive.ts';

/** Characters of a comment; Zendesk keeps 64 kB of one. */
const textLengthMax = 60_000;
const subjectLengthMax = 150;
/** Calls of one account and minute, of the 200 that the smallest plan has: the rest is for others. */
const calls = { size: 50, refillPerMinute: 100 };

interface Ticket {
  readonly id: number;
}
interface Audit {
  readonly id: number;
  readonly metadata?: { readonly custom?: { readonly firstline?: string } };
}

const toText = ({ text, facts = [] }: OutboundMessage): string =>
  [facts.map(({ label, value }) => `${label}: ${value}`).join('\n'), text].filter(Boolean).join('\n\n');

/**
 * Tickets as threads: the first message for somebody opens one, what follows is added to it, and what its agents answer there goes to
 * the customer. Throws a ZodError when the settings are wrong.
 */
export const createZendeskChannel = (settings: ZendeskSettings): Channel => {
  const config = zendeskConfig.parse(settings);
  const call = createCall(config);
  let receive: Receive | null = null;
  let selfId: string | null = null;

  const whoWeAre = async (): Promise<string> =>
    (selfId ??= String((await call<{ user: { id: number } }>('users/me.json')).user.id));

  const toSent = (ticket: string, audit?: string): SentMessage => ({
    message: toSentKey(ticket, audit),
    thread: toThread({ ticket }),
    url: new URL(`/agent/tickets/${ticket}`, config.url).href,
  });

  const open = async ({ id, name, email }: Requester, message: OutboundMessage, key: string): Promise<SentMessage> => {
    const requester = { external_id: id, name, ...(email === undefined ? {} : { email }) };
    const { ticket } = await call<{ ticket: Ticket }>('tickets.json', {
      method: 'POST',
      idempotencyKey: key,
      body: {
        ticket: {
          external_id: key,
          subject: (message.title ?? message.text).slice(0, subjectLengthMax),
          comment: { body: toText(message), public: false },
          tags: ['firstline'],
          requester,
        },
      },
    });
    return toSent(String(ticket.id));
  };

  /** For good: a deleted ticket could be brought back for a month. */
  const erase = async (ticket: string): Promise<SentMessage> => {
    await call(`tickets/${ticket}.json`, { method: 'DELETE' }).catch((error: unknown) => {
      if (!(error instanceof ChannelError) || error.code !== '404') throw error;
    });
    await call(`deleted_tickets/${ticket}.json`, { method: 'DELETE' }).catch((error: unknown) => {
      if (!(error instanceof ChannelError) || error.code !== '404') throw error;
    });
    return toSent(ticket);
  };

  const add = async (ticket: string, message: OutboundMessage, key: string): Promise<SentMessage> => {
    if (message.erases) return erase(ticket);
    const { audit } = await call<{ audit: Audit }>(`tickets/${ticket}.json`, {
      method: 'PUT',
      // Never public: Zendesk would send it to the customer by e-mail, who has it already.
      body: { ticket: { comment: { body: toText(message), public: false }, metadata: { firstline: key } } },
    });
    return toSent(ticket, String(audit.id));
  };

  return {
    name: 'zendesk',
    limits: { editIntervalMs: Infinity },
    fits: (message) => toText(message).length <= textLengthMax,
    start: async (given) => {
      receive = given;
      await whoWeAre().catch(() => undefined);
    },
    stop: async () => void (receive = null),
    ticket: (requester) => toThread({ requester }),
    budget: () => ({ scope: config.url, ...calls }),
    send: (thread, message, key) => {
      const place = placeOf(thread);
      return 'ticket' in place ? add(place.ticket, message, key) : open(place.requester, message, key);
    },
    findSent: async (thread, key) => {
      const place = placeOf(thread);
      if (!('ticket' in place)) {
        const { tickets } = await call<{ tickets: readonly Ticket[] }>(
          `tickets.json?external_id=${encodeURIComponent(key)}`,
        );
        return tickets[0] ? toSent(String(tickets[0].id)) : null;
      }
      const { audits } = await call<{ audits: readonly Audit[] }>(
        `tickets/${place.ticket}/audits.json?sort_order=desc`,
      );
      const found = audits.find(({ metadata }) => metadata?.custom?.firstline === key);
      return found ? toSent(place.ticket, String(found.id)) : null;
    },
    health: async () =>
      whoWeAre().then(
        () => ({ ok: true }) as const,
        (error: unknown) => ({ ok: false, problem: error instanceof ChannelError ? error.code : 'unknown' }),
      ),
    webhook: async (request) => {
      if (request.method !== 'POST') throw new Refused(405, 'bad_method', { allow: 'POST' });
      if (config.webhookSecret === undefined || !receive) throw new Refused(404, 'unknown_path');
      const body = new Uint8Array(await request.arrayBuffer());
      verify(config.webhookSecret, request.headers, body, new Date());
      let payload: unknown;
      try {
        payload = JSON.parse(Buffer.from(body).toString());
      } catch {
        throw new Refused(400, 'bad_body');
      }
      await receive(toEvent(payload, await whoWeAre()));
      return Response.json({ ok: true });
    },
  };
};
