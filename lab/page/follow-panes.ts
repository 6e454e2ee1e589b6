import type { Pane } from '#lab/pane.ts';

interface Followed {
  readonly pane: Pane;
  readonly room: string;
}

/**
 * Yields the name of every pane once, then each name again after its room changed, until the signal aborts. Changes
 * that come while the reader is busy are yielded once: a slow page skips states, it never piles them up.
 */
export async function* followPanes(panes: ReadonlyMap<string, Followed>, signal: AbortSignal): AsyncGenerator<string> {
  const changed = new Set(panes.keys());
  let wake = Promise.withResolvers<void>();
  const stops = [...panes].map(([name, { pane, room }]) =>
    pane.onChange((where) => {
      if (where !== room) return;
      changed.add(name);
      wake.resolve();
    }),
  );
  const abort = () => wake.resolve();
  signal.addEventListener('abort', abort, { once: true });
  try {
    while (!signal.aborted) {
      for (const name of changed) {
        changed.delete(name);
        yield name;
        if (signal.aborted) return;
      }
      if (changed.size === 0 && !signal.aborted) await wake.promise;
      wake = Promise.withResolvers<void>();
    }
  } finally {
    for (const stop of stops) stop();
    signal.removeEventListener('abort', abort);
  }
}
