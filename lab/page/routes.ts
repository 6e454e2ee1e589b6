import { Hono, type Context, type MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { streamSSE } from 'hono/streaming';
import { z } from 'zod';
import { readBrowserFiles } from '#core/browser-files.ts';
import type { Pane } from '#lab/pane.ts';
import { renderDocument, type PageInfo, type PaneHead } from './document.ts';
import { followPanes } from './follow-panes.ts';
import { securityHeaders } from './security-headers.ts';

export interface PagePane {
  readonly pane: Pane;
  /** The room of that platform this pane shows. */
  readonly room: string;
  /** The platform user who writes and presses here. */
  readonly user: string;
  readonly title: string;
  readonly subtitle: string;
  readonly kind: PaneHead['kind'];
  readonly threads: boolean;
}

const limits = { bodyBytes: 64 * 1024, textChars: 4000, idChars: 500, streams: 64, heartbeatMs: 15_000 };

const words = z.string().trim().min(1).max(limits.textChars);
const id = z.string().min(1).max(limits.idChars);
const sayBody = z.object({ text: words, thread: id.optional() });
const pressBody = z.object({ message: id, action: id, text: words.optional() });

/** Another site may link to the page, but may neither read the panes nor write in them through a visitor's browser. */
const sameOrigin: MiddlewareHandler = async (c, next) => {
  const site = c.req.header('sec-fetch-site');
  const origin = c.req.header('origin');
  const foreignOrigin = origin !== undefined && URL.parse(origin)?.host !== c.req.header('host');
  if (foreignOrigin || (site !== undefined && site !== 'same-origin' && site !== 'none')) {
    return c.json({ error: 'Only the sandbox page itself may call this.' }, 403);
  }
  await next();
};

const cap = bodyLimit({
  maxSize: limits.bodyBytes,
  onError: (c) => c.json({ error: `The request is larger than ${limits.bodyBytes / 1024} KB.` }, 413),
});

/** Parses a JSON body; the string is what to tell the caller when it does not fit. */
async function readBody<T extends object>(request: Request, schema: z.ZodType<T>): Promise<T | string> {
  if (!request.headers.get('content-type')?.startsWith('application/json')) return 'Send application/json.';
  const json: unknown = await request.json().catch(() => undefined);
  if (json === undefined) return 'The body is not valid JSON.';
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  return `${issue?.path.join('.') || 'body'}: ${issue?.message ?? 'is not valid'}`;
}

const reasonOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** The sandbox page: GET /, its files, and the panes as JSON, as an event stream, and to write and press in. */
export function createPageRoutes(panes: Readonly<Record<string, PagePane>>, info: () => PageInfo): Hono {
  const assets = readBrowserFiles(new URL('./browser/', import.meta.url));
  const byName = new Map(Object.entries(panes));
  const heads = [...byName].map(([name, { title, subtitle, kind, threads }]) => ({
    name,
    title,
    subtitle,
    kind,
    threads,
  }));
  const viewOf = (name: string) => {
    const { pane, room } = byName.get(name)!;
    return { name, view: pane.view(room) };
  };
  let streams = 0;

  const app = new Hono();
  app.onError((error, c) => c.json({ error: reasonOf(error) }, 500));
  app.get('/', securityHeaders, (c) => c.html(renderDocument(heads, info())));
  app.use('/lab/page/*', sameOrigin);
  app.use('/lab/panes', sameOrigin);
  app.use('/lab/panes/*', sameOrigin);

  app.get('/lab/page/:file', (c) => {
    const asset = assets.get(c.req.param('file'));
    if (!asset) return c.json({ error: 'The page has no such file.' }, 404);
    return c.body(asset.body, 200, {
      'content-type': asset.type,
      'cache-control': 'no-cache',
      'x-content-type-options': 'nosniff',
    });
  });
  app.get('/lab/panes', (c) => c.json(heads.map((head) => ({ ...head, ...viewOf(head.name) }))));

  app.get('/lab/panes/events', (c) => {
    if (streams >= limits.streams) return c.json({ error: 'Too many open pages; close one and reload.' }, 503);
    streams += 1;
    return streamSSE(c, async (stream) => {
      const ended = new AbortController();
      stream.onAbort(() => ended.abort());
      const heartbeat = setInterval(() => void stream.write(': still here\n\n'), limits.heartbeatMs);
      try {
        for await (const name of followPanes(byName, ended.signal)) {
          await stream.writeSSE({ event: 'pane', data: JSON.stringify(viewOf(name)) });
        }
      } finally {
        clearInterval(heartbeat);
        streams -= 1;
      }
    });
  });

  const act =
    <T extends object>(schema: z.ZodType<T>, run: (shown: PagePane, body: T) => Promise<object>) =>
    async (c: Context) => {
      const shown = byName.get(c.req.param('name') ?? '');
      if (!shown) return c.json({ error: 'There is no such pane.' }, 404);
      const body = await readBody(c.req.raw, schema);
      if (typeof body === 'string') return c.json({ error: body }, 400);
      try {
        return c.json(await run(shown, body));
      } catch (error) {
        return c.json({ error: reasonOf(error) }, 422);
      }
    };
  const say = act(sayBody, async ({ pane, room, user }, { text, thread }) => ({
    id: await pane.say({ room, user, text, ...(thread === undefined ? {} : { thread }) }),
  }));
  const press = act(pressBody, async ({ pane, room, user }, { message, action, text }) => {
    await pane.press({ room, user, message, action, ...(text === undefined ? {} : { text }) });
    return { ok: true };
  });
  app.post('/lab/panes/:name/say', cap, say);
  app.post('/lab/panes/:name/press', cap, press);
  return app;
}
