import type { HttpBindings } from '@hono/node-server';
import { Hono, type Context } from 'hono';
import { z } from 'zod';
import { readFaultScript, type FaultScript } from './faults/script.ts';
import type { Pane } from './pane.ts';

const saySchema = z.strictObject({
  room: z.string(),
  user: z.string(),
  text: z.string(),
  thread: z.string().optional(),
});
const pressSchema = z.strictObject({
  room: z.string(),
  user: z.string(),
  message: z.string(),
  action: z.string(),
  text: z.string().optional(),
});

export interface Controlled {
  state(): unknown;
  setFaults(script: FaultScript | null): void;
  /** Where people act, if the platform has any. */
  readonly pane?: Pane;
}

const refuse = (c: Context, error: unknown) =>
  c.json({ error: error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message }, 400);

/** A body under a schema, its absent fields left out. */
const bodyOf = async <Shape extends z.ZodType>(c: Context, schema: Shape) =>
  schema.parse(await c.req.json()) as { [Key in keyof z.output<Shape>]: Exclude<z.output<Shape>[Key], undefined> };

/** What a person with curl can do to a lab server, beside the platform's own protocol: under `/_lab`. */
export const createControl = ({ state, setFaults, pane }: Controlled): Hono<{ Bindings: HttpBindings }> => {
  const app = new Hono<{ Bindings: HttpBindings }>();
  app.onError((error, c) => refuse(c, error));
  app.get('/state', (c) => c.json(state() as object));
  app.put('/faults', async (c) => {
    setFaults(readFaultScript(await c.req.text()));
    return c.json({ ok: true });
  });
  app.delete('/faults', (c) => {
    setFaults(null);
    return c.json({ ok: true });
  });
  if (pane) {
    app.get('/view', (c) => c.json(pane.view(c.req.query('room') ?? '')));
    app.post('/say', async (c) => c.json({ id: await pane.say(await bodyOf(c, saySchema)) }));
    app.post('/press', async (c) => {
      await pane.press(await bodyOf(c, pressSchema));
      return c.json({ ok: true });
    });
  }
  return app;
};
