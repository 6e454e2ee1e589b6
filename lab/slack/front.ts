import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import { listenOnLoopback } from '#lab/loopback.ts';
import type { SlackLab } from './server.ts';

export interface SlackFront extends AsyncDisposable {
  /** The Web API's root for all of the workspaces. */
  readonly url: string;
  /** Where the next person who installs the app is signed in. */
  signIn(teamId: string): void;
}

const teamPattern = /(?:xoxb|xoxe)-([A-Z0-9]+)-|code=([A-Z0-9]+)\./;

/** Several workspaces behind one address, as the platform's own: whose a call is is told by its token or code. */
export const openSlackFront = async (labs: Readonly<Record<string, SlackLab>>): Promise<SlackFront> => {
  let [signedIn] = Object.keys(labs);
  const app = new Hono<{ Bindings: HttpBindings }>();
  app.all('*', async ({ req }) => {
    const body = await req.text();
    const named = teamPattern.exec(`${req.header('authorization') ?? ''} ${body}`);
    const lab = labs[named?.[1] ?? named?.[2] ?? signedIn ?? ''];
    if (!lab) return Response.json({ ok: false, error: 'invalid_auth' });
    const { pathname, search } = new URL(req.url);
    const headers = new Headers(req.raw.headers);
    for (const name of ['host', 'connection', 'content-length']) headers.delete(name);
    return fetch(new URL(pathname + search, lab.url), {
      method: req.method,
      headers,
      redirect: 'manual',
      ...(body === '' ? {} : { body }),
    });
  });
  const loopback = await listenOnLoopback(app);
  return {
    url: `${loopback.url}/api/`,
    signIn: (teamId) => void (signedIn = teamId),
    [Symbol.asyncDispose]: () => loopback.close(),
  };
};
