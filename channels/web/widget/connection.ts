/** What the widget and the server say to one another. */

interface Citation {
  number: number;
  title: string;
  url?: string;
}
export interface Message {
  id: string;
  author: 'visitor' | 'assistant';
  text: string;
  citations: Citation[];
  actions: { id: string; label: string }[];
  partial: boolean;
  byAgent?: boolean;
  suggestions?: string[];
  rating?: 'good' | 'bad' | null;
  files?: string[];
}

export interface Watcher {
  onMessage(message: Message): void;
  /** Something is being written. */
  onWriting(): void;
  onState(state: 'connected' | 'reconnecting'): void;
}

export interface Connection {
  /** Tries until it is taken: the id makes a second try of the same a no-op. */
  post(path: string, body: object): Promise<boolean>;
  /** Reads for as long as the page lives. */
  watch(watcher: Watcher): Promise<never>;
}

const attemptsMax = 6;

/** crypto.randomUUID is missing on sites without https. */
const newId = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');

const wait = (delayMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, delayMs));

const untilOnline = (): Promise<void> =>
  navigator.onLine
    ? Promise.resolve()
    : new Promise((resolve) => window.addEventListener('online', () => resolve(), { once: true }));

/** Calls for each event of a stream of server-sent events until it ends. */
const readEvents = async (body: ReadableStream<Uint8Array>, onEvent: (fields: Map<string, string>) => void) => {
  const reader = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader();
  let pending = '';
  for (let step = await reader.read(); !step.done; step = await reader.read()) {
    pending += step.value;
    for (let end = pending.indexOf('\n\n'); end >= 0; end = pending.indexOf('\n\n')) {
      const lines = pending.slice(0, end).split('\n');
      pending = pending.slice(end + 2);
      onEvent(new Map(lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)])));
    }
  }
};

/** `identity`: the site's proof of who the visitor is, fetched anew for each session; null where the visitor is nobody in particular. */
export const connect = (base: string, identity: (() => Promise<string>) | null): Connection => {
  const storageKey = `firstline:${base}`;
  let token = '';
  let seen = 0;

  /** A site may forbid storage; the conversation then lasts as long as the page. Whoever is known by name is found again by it. */
  const remember = (value: string | null): void => {
    if (identity) return;
    try {
      if (value === null) localStorage.removeItem(storageKey);
      else localStorage.setItem(storageKey, value);
    } catch {
      // See above.
    }
  };
  const remembered = (): string => {
    try {
      return identity ? '' : (localStorage.getItem(storageKey) ?? '');
    } catch {
      return '';
    }
  };

  const call = (path: string, body: object): Promise<Response> =>
    fetch(base + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token === '' ? {} : { authorization: `Bearer ${token}` }) },
      body: JSON.stringify(body),
    });

  let opening: Promise<void> | null = null;
  const open = async (): Promise<void> => {
    token = remembered();
    if (token !== '') return;
    const { timeZone: timezone } = Intl.DateTimeFormat().resolvedOptions();
    const response = await call('sessions', { timezone, ...(identity ? { identity: await identity() } : {}) });
    if (!response.ok) throw new Error('no session');
    token = ((await response.json()) as { token: string }).token;
    remember(token);
  };
  /** Asked for by several at once, it is opened once. */
  const session = (): Promise<void> => {
    if (token !== '') return Promise.resolve();
    opening ??= open().finally(() => (opening = null));
    return opening;
  };
  const forget = (): void => {
    remember(null);
    token = '';
    seen = 0;
  };

  return {
    post: async (path, body) => {
      const id = newId();
      for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
        await untilOnline();
        const response = await session()
          .then(() => call(path, { id, ...body }))
          .catch(() => null);
        if (response?.ok) return true;
        if (response?.status === 401) forget();
        else if (response && response.status >= 400 && response.status < 429) return false;
        await wait(500 * 2 ** attempt);
      }
      return false;
    },

    watch: async ({ onMessage, onWriting, onState }) => {
      for (let pauseMs = 500; ; pauseMs = Math.min(pauseMs * 2, 30_000)) {
        try {
          await untilOnline();
          await session();
          const response = await fetch(`${base}events`, {
            headers: { authorization: `Bearer ${token}`, ...(seen > 0 ? { 'last-event-id': String(seen) } : {}) },
          });
          if (response.status === 401) forget();
          if (response.ok && response.body) {
            pauseMs = 250;
            onState('connected');
            await readEvents(response.body, (fields) => {
              const data = fields.get('data') ?? '';
              if (fields.get('event') === 'message') onMessage(JSON.parse(data) as Message);
              if (fields.get('event') === 'status') onWriting();
              seen = Number(fields.get('id') ?? seen);
            });
          }
        } catch {
          onState('reconnecting');
        }
        await wait(pauseMs + Math.random() * 250);
      }
    },
  };
};
