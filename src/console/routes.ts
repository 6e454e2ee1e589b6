import { Hono, type Context, type MiddlewareHandler } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { z } from 'zod';

import { readBrowserFiles } from '#core/browser-files.ts';
import type { Receive, ThreadKey } from '#core/channel.ts';
import type { Clock } from '#core/clock.ts';

import type { Cases } from './cases.ts';
import { casePage, signInPage } from './pages.ts';
import { type Agent, cookieName, isSame, issueSession, readSession, sessionMs } from './session.ts';

export interface ConsoleParts {
  readonly cases: Cases;
  /** Takes what an agent does in the name of a desk's channel, as if it were done there. */
  readonly receive: (channel: string) => Receive;
  /** What whoever signs in has to know. */
  readonly password: string;
  /** Signs sessions. */
  readonly secret: Buffer;
  readonly clock: Clock;
  /** Wrong passwords within a minute before nobody is let in for the rest of it. */
  readonly triesMax: number;
  /** Whether browsers come by HTTPS. */
  readonly isSecure: boolean;
}

const acts = ['claim', 'reply', 'back', 'release', 'resolve', 'undo'] as const;
const signIn = z.object({ name: z.string().trim().min(1).max(60), password: z.string().min(1).max(200) });
const act = z.object({ id: z.uuid(), act: z.enum(acts), text: z.string().max(40_000).optional() });
const caseId = z.uuid();
const minuteMs = 60_000;
const bodyLengthMax = 200_000;

/** Nothing but our own files, in no frame, kept by nobody. */
const headers: MiddlewareHandler = async (context, next) => {
  await next();
  context.header(
    'content-security-policy',
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  );
  context.header('x-content-type-options', 'nosniff');
  context.header('referrer-policy', 'no-referrer');
  context.header('cache-control', 'no-store');
};

type Signed = { Variables: { agent: Agent } };

/** The desk in a browser, for when a chat platform is away: who waits, what was said, and all that can be done about it. */
export const createConsole = (parts: ConsoleParts): Hono<Signed> => {
  const { cases, receive, password, secret, clock, triesMax, isSecure } = parts;
  const files = readBrowserFiles(new URL('./browser/', import.meta.url));
  let tries = { since: 0, wrong: 0 };

  const agentOf = (context: Context): Agent | null => readSession(secret, getCookie(context, cookieName), clock.now());
  /** Another site may lead here, and can do nothing through the browser of who is signed in. */
  const isForeign = (context: Context): boolean => {
    const origin = context.req.header('origin');
    return origin !== undefined && URL.parse(origin)?.host !== context.req.header('host');
  };
  const readJson = async <T>(context: Context, shape: z.ZodType<T>): Promise<T | null> => {
    if (Number(context.req.header('content-length') ?? 0) > bodyLengthMax) return null;
    return shape.safeParse(await context.req.json().catch(() => null)).data ?? null;
  };

  const app = new Hono<Signed>().basePath('/console');
  app.use('*', headers);
  app.get('/', (context) => {
    const agent = agentOf(context);
    return context.html(agent ? casePage(agent) : signInPage());
  });
  app.get('/files/:file', (context) => {
    const file = files.get(context.req.param('file'));
    return file ? context.body(file.body, 200, { 'content-type': file.type }) : context.notFound();
  });
  app.post('/sign-in', async (context) => {
    if (isForeign(context)) return context.json({ error: 'Sign in on the page itself.' }, 403);
    const now = clock.now();
    if (now.getTime() - tries.since > minuteMs) tries = { since: now.getTime(), wrong: 0 };
    if (tries.wrong >= triesMax)
      return context.json({ error: 'Too many wrong passwords. Try again in a minute.' }, 429);
    const given = await readJson(context, signIn);
    if (!given) return context.json({ error: 'Type your name and the password.' }, 400);
    if (!isSame(secret, given.password, password)) {
      tries.wrong += 1;
      return context.json({ error: 'That is not the password.' }, 401);
    }
    setCookie(context, cookieName, issueSession(secret, given, now), {
      httpOnly: true,
      sameSite: 'Strict',
      secure: isSecure,
      path: '/console',
      maxAge: sessionMs / 1000,
    });
    return context.json({ ok: true });
  });
  app.post('/sign-out', (context) => {
    setCookie(context, cookieName, '', { path: '/console', maxAge: 0 });
    return context.json({ ok: true });
  });

  app.use('/api/*', async (context, next) => {
    const agent = agentOf(context);
    if (!agent || isForeign(context)) return context.json({ error: 'Please sign in.' }, 401);
    context.set('agent', agent);
    return next();
  });
  app.get('/api/cases', async (context) => context.json(await cases.list(context.req.query('state') !== 'closed')));
  app.get('/api/cases/:id', async (context) => {
    const id = caseId.safeParse(context.req.param('id'));
    const found = id.success ? await cases.read(id.data) : null;
    return found ? context.json(found) : context.json({ error: 'There is no such case.' }, 404);
  });
  app.post('/api/cases/:id/acts', async (context) => {
    const id = caseId.safeParse(context.req.param('id'));
    const given = await readJson(context, act);
    if (!id.success || !given) return context.json({ error: 'The console does not know this.' }, 400);
    const desk = await cases.deskOf(id.data);
    if (!desk) return context.json({ error: 'There is no such case.' }, 404);
    const { name } = context.get('agent');
    await receive(desk)({
      kind: 'action',
      channel: desk,
      // The browser makes it, so that what is sent again is done once.
      id: `console:${given.id}`,
      action: `${given.act}:${id.data}`,
      thread: '' as ThreadKey,
      sender: { id: `console:${name}`, organization: '', displayName: name },
      sentAt: clock.now(),
      ...(given.text === undefined ? {} : { text: given.text }),
    });
    return context.json({ ok: true }, 202);
  });
  return new Hono<Signed>().get('/console/', (context) => context.redirect('/console')).route('/', app);
};
