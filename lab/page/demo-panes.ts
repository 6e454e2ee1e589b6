import type { Pane, PaneMessage, PaneView, Press, Say } from '#lab/pane.ts';

export interface DemoPane extends Pane {
  readonly presses: readonly Press[];
  /** Puts a message in the room, or replaces the one with this id. */
  put(message: Partial<PaneMessage> & { readonly id: string }): void;
  type(words: string | null): void;
  /** How many now listen to changes. */
  listeners(): number;
}

/** A pane with one room in memory and no platform behind it: what is said and put is shown. */
export function createDemoPane(room: string, start: readonly PaneMessage[] = []): DemoPane {
  const listeners = new Set<(room: string) => void>();
  const presses: Press[] = [];
  const messages = [...start];
  let typing: string | null = null;
  const tell = () => {
    for (const listener of listeners) listener(room);
  };
  const put: DemoPane['put'] = (message) => {
    const at = messages.findIndex(({ id }) => id === message.id);
    const base = at < 0 ? demoMessage('person', '') : messages[at]!;
    messages.splice(at < 0 ? messages.length : at, 1, { ...base, ...message });
    tell();
  };
  return {
    presses,
    listeners: () => listeners.size,
    put,
    type(words) {
      typing = words;
      tell();
    },
    view: (): PaneView => ({ room, typing, messages: [...messages] }),
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async say({ user, text, thread }: Say) {
      if (text === 'refuse') throw new Error('The platform refused the message.');
      const id = `said-${messages.length}`;
      put({
        ...demoMessage('person', text),
        id,
        author: { id: user, name: 'You', role: 'person' },
        thread: thread ?? null,
      });
      return id;
    },
    async press(press) {
      presses.push(press);
      tell();
    },
  };
}

let made = 0;

/** A plain message of one minute ago; the caller replaces what matters to it. */
export function demoMessage(role: 'person' | 'bot', text: string, extra: Partial<PaneMessage> = {}): PaneMessage {
  const author =
    role === 'bot'
      ? ({ id: 'bot', name: 'Firstline', role } as const)
      : ({ id: 'ada', name: 'Ada Byron', role } as const);
  made += 1;
  const sentAt = new Date(Date.now() - 60_000).toISOString();
  return {
    id: `m${made}`,
    thread: null,
    author,
    markup: 'markdown',
    text,
    facts: [],
    actions: [],
    edited: false,
    sentAt,
    ...extra,
  };
}
