/* The Firstline widget: one script tag, no framework, everything inside a shadow root. Runs in the visitor's browser. */

import { make, markdown, toLink } from './markdown.ts';

interface Citation {
  number: number;
  title: string;
  url?: string;
}
interface Message {
  id: string;
  author: 'visitor' | 'assistant';
  text: string;
  citations: Citation[];
  actions: { id: string; label: string }[];
  partial: boolean;
}

/** The text of widget.css, put before this file when it is served. */
declare const style: string;

const script = document.currentScript as HTMLScriptElement;
const base = new URL('.', script.src).href;
const fills = script.dataset['fill'] !== undefined;
const storageKey = `firstline:${base}`;

const host = make('div', script.dataset['theme'] ? { 'data-theme': script.dataset['theme'] } : {});
const root = host.attachShadow({ mode: 'open' });
// A style element would need the site's permission (style-src 'unsafe-inline'); a sheet that a script makes does not.
const sheet = new CSSStyleSheet();
sheet.replaceSync(style);
root.adoptedStyleSheets = [sheet];

const log = make(
  'div',
  {
    class: 'log',
    role: 'log',
    tabindex: '0',
    'aria-live': 'polite',
    'aria-relevant': 'additions',
    'aria-label': 'Conversation',
  },
  make('p', { class: 'hint' }, 'Ask a question. You can ask for a person at any time.'),
);
const state = make('div', { class: 'state', role: 'status' });
const input = make('textarea', {
  rows: '1',
  maxlength: '8000',
  'aria-label': 'Your message',
  placeholder: 'Write a message',
});
const form = make('form', {}, input, make('button', { type: 'submit' }, 'Send'));
const close = make('button', { type: 'button', 'aria-label': 'Close' }, '×');
const box = make(
  'section',
  { class: fills ? 'box fill' : 'box', 'aria-label': 'Support chat' },
  make('header', {}, make('span', {}, 'Support ', make('small', {}, 'AI assistant')), ...(fills ? [] : [close])),
  log,
  state,
  form,
);
const opener = make('button', { class: 'open', type: 'button', 'aria-haspopup': 'dialog' }, 'Ask us');

let token = '';
let seen = 0;
const shown = new Map<string, HTMLElement>();

/** crypto.randomUUID is missing on sites without https. */
const newId = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');

const call = (path: string, body?: unknown): Promise<Response> =>
  fetch(base + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });

/** A site may forbid storage; the conversation then lasts as long as the page. */
const remember = (value: string | null): void => {
  try {
    if (value === null) localStorage.removeItem(storageKey);
    else localStorage.setItem(storageKey, value);
  } catch {
    // See above.
  }
};
const remembered = (): string => {
  try {
    return localStorage.getItem(storageKey) ?? '';
  } catch {
    return '';
  }
};

const session = async (): Promise<void> => {
  token ||= remembered();
  if (token !== '') return;
  token = ((await (await call('sessions')).json()) as { token: string }).token;
  remember(token);
};

const wait = (delayMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, delayMs));

/** Tries until it is taken: the id makes a second try of the same a no-op. */
const post = async (path: string, body: object): Promise<boolean> => {
  const id = newId();
  state.textContent = 'Sending…';
  for (let attempt = 0; attempt < 6; attempt++) {
    const response = await call(path, { id, ...body }).catch(() => null);
    if (response?.ok) {
      if (state.textContent === 'Sending…') state.textContent = 'Sent';
      return true;
    }
    await wait(500 * 2 ** attempt);
  }
  state.textContent = 'Not sent. Please try again.';
  return false;
};

const toButton = (message: Message, { id, label }: Message['actions'][number]): HTMLButtonElement => {
  const button = make('button', { type: 'button' }, label);
  button.addEventListener('click', async () => {
    button.disabled = true;
    input.focus();
    button.disabled = await post('actions', { message: message.id, action: id });
  });
  return button;
};

const show = (message: Message): void => {
  const isAtEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
  const element = shown.get(message.id) ?? make('div', { class: `m ${message.author}`, dir: 'auto' });
  element.setAttribute('aria-busy', String(message.partial));
  const cites = message.citations.map(({ number, title, url }) =>
    make('li', {}, `[${number}] `, url ? toLink(url, title) : title),
  );
  element.replaceChildren(
    make('span', { class: 'by' }, message.author === 'visitor' ? 'You: ' : 'Support: '),
    make('div', { class: 'body' }, ...markdown(message.text)),
    ...(cites.length > 0 ? [make('ul', { class: 'cites', 'aria-label': 'Sources' }, ...cites)] : []),
    ...(message.actions.length > 0
      ? [make('div', { class: 'acts' }, ...message.actions.map((action) => toButton(message, action)))]
      : []),
  );
  if (!shown.has(message.id)) log.append(element);
  shown.set(message.id, element);
  if (message.author === 'assistant') state.textContent = '';
  if (isAtEnd || message.author === 'visitor') log.scrollTop = log.scrollHeight;
};

const readEvents = async (response: Response): Promise<void> => {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let pending = '';
  for (let step = await reader?.read(); step && !step.done; step = await reader?.read()) {
    pending += step.value;
    for (let end = pending.indexOf('\n\n'); end >= 0; end = pending.indexOf('\n\n')) {
      const fields = new Map(
        pending
          .slice(0, end)
          .split('\n')
          .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
      );
      pending = pending.slice(end + 2);
      if (fields.get('event') === 'message') show(JSON.parse(fields.get('data') ?? '') as Message);
      seen = Number(fields.get('id') ?? seen);
    }
  }
};

const listen = async (): Promise<void> => {
  for (let pauseMs = 500; ; pauseMs = Math.min(pauseMs * 2, 30_000)) {
    try {
      await session();
      const response = await fetch(`${base}events`, {
        headers: { authorization: `Bearer ${token}`, ...(seen > 0 ? { 'last-event-id': String(seen) } : {}) },
      });
      if (response.status === 401) {
        remember(null);
        token = '';
        seen = 0;
      }
      if (response.ok) {
        pauseMs = 250;
        if (state.textContent === 'Reconnecting…') state.textContent = '';
        await readEvents(response);
      }
    } catch {
      state.textContent = 'Reconnecting…';
    }
    await wait(pauseMs + Math.random() * 250);
  }
};

const send = async (): Promise<void> => {
  const text = input.value.trim();
  if (text === '') return;
  input.value = '';
  if (!(await post('messages', { text })) && input.value === '') input.value = text;
};

form.addEventListener('submit', (event) => {
  event.preventDefault();
  void send();
});
input.addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  void send();
});
const open = (): void => {
  opener.remove();
  root.append(box);
  log.scrollTop = log.scrollHeight;
  input.focus();
};
const shut = (): void => {
  if (fills) return;
  box.remove();
  root.append(opener);
  opener.focus();
};
opener.addEventListener('click', open);
close.addEventListener('click', shut);
box.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') shut();
});
const attach = (): void => {
  document.body.append(host);
  root.append(script.dataset['open'] === undefined ? opener : box);
  void listen();
};
if (document.body) attach();
else document.addEventListener('DOMContentLoaded', attach);
