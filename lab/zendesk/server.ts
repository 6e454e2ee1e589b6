import { createHmac } from 'node:crypto';

import { Hono, type Context } from 'hono';
import type { HttpBindings } from '@hono/node-server';

import { listenOnLoopback } from '#lab/loopback.ts';

export interface LabComment {
  readonly id: number;
  readonly body: string;
  readonly public: boolean;
  readonly author: 'api' | 'agent';
}

export interface LabTicket {
  readonly id: number;
  readonly external_id: string | null;
  readonly subject: string;
  readonly tags: readonly string[];
  readonly requester: { readonly external_id?: string; readonly name: string; readonly email?: string };
  status: string;
  readonly comments: LabComment[];
  readonly audits: { readonly id: number; readonly metadata: { readonly custom: object } }[];
}

export interface ZendeskLab extends AsyncDisposable {
  readonly url: string;
  /** Tickets that were not deleted for good, in the order of their ids. */
  tickets(): readonly LabTicket[];
  /** Where events go, and what they are signed with. */
  subscribe(url: string, secret: string): void;
  /** An agent writes in a ticket; the answer is what the subscriber said. */
  comment(ticket: number, text: string, isPublic: boolean): Promise<number>;
  setStatus(ticket: number, status: string): Promise<number>;
  /** The next requests are done, and their answers get lost. */
  dropAnswers(count: number): void;
  /** The next requests are refused with 429. */
  limit(count: number): void;
  close(): Promise<void>;
}

const accountId = 4711;
const selfId = 1;
const agentId = 2;

/** A Zendesk in a box: tickets, comments, audits, deletion, idempotent creation, limits and signed webhook events. */
export const openZendeskLab = async (access: string): Promise<ZendeskLab> => {
  const tickets = new Map<number, LabTicket>();
  const deleted = new Set<number>();
  const made = new Map<string, number>();
  let ids = 100;
  let [drops, limits] = [0, 0];
  let subscriber: { readonly url: string; readonly secret: string } | null = null;
  const nextId = (): number => (ids += 1);
  const app = new Hono<{ Bindings: HttpBindings }>();
  const refuse = (context: Context, status: 400 | 401 | 404 | 429, error: string) => context.json({ error }, status);

  app.use('/api/v2/*', async (context, next) => {
    if (context.req.header('authorization') !== `Basic ${Buffer.from(access).toString('base64')}`)
      return refuse(context, 401, "Couldn't authenticate you");
    if (limits > 0) {
      limits -= 1;
      context.header('retry-after', '1');
      return refuse(context, 429, 'TooManyRequests');
    }
    await next();
    if (drops > 0 && context.req.method !== 'GET') {
      drops -= 1;
      (context.env as HttpBindings).incoming.socket.destroy();
    }
    return undefined;
  });
  const find = (context: Context): LabTicket | undefined => {
    const id = Number.parseInt(context.req.param('id') ?? '', 10);
    return deleted.has(id) ? undefined : tickets.get(id);
  };
  app.get('/api/v2/users/me.json', (context) => context.json({ user: { id: selfId, name: 'Firstline' } }));
  app.get('/api/v2/tickets.json', (context) => {
    const wanted = context.req.query('external_id');
    return context.json({
      tickets: [...tickets.values()].filter(({ id, external_id }) => external_id === wanted && !deleted.has(id)),
    });
  });
  app.post('/api/v2/tickets.json', async (context) => {
    const { ticket } = await context.req.json();
    const key = context.req.header('idempotency-key');
    const known = key === undefined ? undefined : made.get(key);
    if (known !== undefined) return context.json({ ticket: tickets.get(known) }, 201);
    if (!ticket?.comment?.body || !ticket.requester?.name) return refuse(context, 400, 'RecordInvalid');
    const id = nextId();
    tickets.set(id, {
      id,
      external_id: ticket.external_id ?? null,
      subject: ticket.subject,
      tags: ticket.tags ?? [],
      requester: ticket.requester,
      status: 'new',
      comments: [{ id: nextId(), body: ticket.comment.body, public: ticket.comment.public ?? true, author: 'api' }],
      audits: [],
    });
    if (key !== undefined) made.set(key, id);
    return context.json({ ticket: tickets.get(id) }, 201);
  });
  app.put('/api/v2/tickets/:id{\\d+\\.json}', async (context) => {
    const found = find(context);
    if (!found) return refuse(context, 404, 'RecordNotFound');
    const { ticket } = await context.req.json();
    if (ticket.comment)
      found.comments.push({
        id: nextId(),
        body: ticket.comment.body,
        public: ticket.comment.public ?? true,
        author: 'api',
      });
    const audit = { id: nextId(), metadata: { custom: ticket.metadata ?? {} } };
    found.audits.push(audit);
    return context.json({ ticket: found, audit });
  });
  app.get('/api/v2/tickets/:id/audits.json', (context) => {
    const found = find(context);
    return found ? context.json({ audits: found.audits.toReversed() }) : refuse(context, 404, 'RecordNotFound');
  });
  app.delete('/api/v2/tickets/:id{\\d+\\.json}', (context) => {
    const found = find(context);
    if (!found) return refuse(context, 404, 'RecordNotFound');
    deleted.add(found.id);
    return context.body(null, 204);
  });
  app.delete('/api/v2/deleted_tickets/:id{\\d+\\.json}', (context) => {
    const id = Number.parseInt(context.req.param('id'), 10);
    if (!deleted.delete(id)) return refuse(context, 404, 'RecordNotFound');
    tickets.delete(id);
    return context.json({ job_status: { status: 'queued' } });
  });

  const loopback = await listenOnLoopback(app);
  const tell = async (type: string, { id, external_id }: LabTicket, event: object): Promise<number> => {
    if (!subscriber) return 0;
    const time = new Date().toISOString();
    const body = JSON.stringify({
      account_id: accountId,
      detail: { id: String(id), external_id },
      event,
      event_version: '2022-11-06',
      id: `event-${nextId()}`,
      subject: `zen:ticket:${id}`,
      time,
      type: `zen:event-type:ticket.${type}`,
      zendesk_event_version: '2022-11-06',
    });
    const signature = createHmac('sha256', subscriber.secret).update(time).update(body).digest('base64');
    const response = await fetch(subscriber.url, {
      method: 'POST',
      body,
      headers: {
        'content-type': 'application/json',
        'x-zendesk-webhook-signature': signature,
        'x-zendesk-webhook-signature-timestamp': time,
      },
    });
    await response.body?.cancel();
    return response.status;
  };
  const ticketOf = (id: number): LabTicket => {
    const found = tickets.get(id);
    if (!found) throw new Error(`Zendesk lab: no ticket ${id}`);
    return found;
  };
  return {
    url: loopback.url,
    tickets: () => [...tickets.values()],
    subscribe: (url, secret) => void (subscriber = { url, secret }),
    comment: (id, text, isPublic) => {
      const found = ticketOf(id);
      const comment = { id: nextId(), body: text, public: isPublic, author: 'agent' } as const;
      found.comments.push(comment);
      const author = { id: String(agentId), name: 'Zoe Zendesk', is_staff: true };
      return tell('comment_added', found, {
        comment: { id: String(comment.id), body: text, is_public: isPublic, author },
      });
    },
    setStatus: (id, status) => {
      const found = ticketOf(id);
      const previous = found.status;
      found.status = status;
      return tell('status_changed', found, { current: status.toUpperCase(), previous: previous.toUpperCase() });
    },
    dropAnswers: (count) => void (drops = count),
    limit: (count) => void (limits = count),
    close: loopback.close,
    [Symbol.asyncDispose]: loopback.close,
  };
};
