/* The Firstline widget: one script tag, no framework, everything inside a shadow root. Runs in the visitor's browser. */

import { compose } from './composer.ts';
import { connect, type Message } from './connection.ts';
import { make } from './markdown.ts';
import { type Acts, draw } from './message.ts';
import { wordsFor } from './words.ts';

/** The text of widget.css, put before this file when it is served. */
declare const style: string;

/** After so long without a word nothing is being written any more. */
const writingMs = 30_000;

const script = document.currentScript as HTMLScriptElement;
const { theme, fill, open: opensAtOnce, identity, identityUrl, lang, dir } = script.dataset;
const base = new URL('.', script.src).href;
const page = document.documentElement;
const { language, words } = wordsFor([lang, page.lang, ...navigator.languages].filter((one) => one !== undefined));

/** A site that knows its visitor says so by a signed token: written into the page, or at an address of its own that makes a fresh one. */
const identify = (): (() => Promise<string>) | null => {
  if (identityUrl !== undefined)
    return async () => (await (await fetch(identityUrl, { credentials: 'same-origin' })).text()).trim();
  return identity === undefined ? null : () => Promise.resolve(identity);
};

const host = make('div', {
  lang: language,
  dir: dir ?? (page.dir === 'rtl' ? 'rtl' : 'ltr'),
  ...(theme ? { 'data-theme': theme } : {}),
});
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
    'aria-label': words.conversation,
  },
  make('p', { class: 'hint' }, words.hint),
);
const state = make('div', { class: 'state', role: 'status' });
const close = make('button', { type: 'button', 'aria-label': words.close }, '×');
const opener = make('button', { class: 'open', type: 'button', 'aria-haspopup': 'dialog' }, words.open);

const connection = connect(base, identify());
const shown = new Map<string, { message: Message; element: HTMLElement }>();
let hasCome = false;

const post = async (path: string, body: object): Promise<boolean> => {
  state.textContent = navigator.onLine ? words.sending : words.offline;
  const isTaken = await connection.post(path, body);
  if (!isTaken) state.textContent = words.failed;
  else if (state.textContent === words.sending || state.textContent === words.offline) state.textContent = words.sent;
  return isTaken;
};

let writing: ReturnType<typeof setTimeout> | undefined;
const setWriting = (isWriting: boolean): void => {
  clearTimeout(writing);
  if (isWriting) writing = setTimeout(() => setWriting(false), writingMs);
  if (isWriting) state.textContent = words.writing;
  else if (state.textContent === words.writing) state.textContent = '';
  composer.setBusy(isWriting);
};

const composer = compose({
  words,
  send: ({ text, files }) => post('messages', { text, ...(files.length > 0 ? { files } : {}) }),
  stop: () => void connection.post('stops', {}).then(() => setWriting(false)),
  tell: (text) => (state.textContent = text),
});

const acts: Acts = {
  press: (message, action) => {
    composer.focus();
    return post('actions', { message: message.id, action });
  },
  judge: (message, rating, text) =>
    connection.post('feedback', { message: message.id, rating, ...(text === undefined ? {} : { text }) }),
  say: (text) => {
    composer.focus();
    return post('messages', { text });
  },
};

const show = (message: Message): void => {
  const isAtEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
  const before = shown.get(message.id);
  const kind = `m ${message.author}${message.byAgent ? ' agent' : ''}`;
  const element = before?.element ?? make('div', { class: kind, dir: 'auto' });
  const wasPressed = root.activeElement?.closest('.judge') && element.contains(root.activeElement);
  const pressed = [...(before?.element.querySelectorAll('.judge button') ?? [])].indexOf(root.activeElement as Element);
  element.setAttribute('aria-busy', String(message.partial));
  element.replaceChildren(...draw(message, acts, words));
  // Whoever works by keyboard stays where they were.
  if (wasPressed) element.querySelectorAll<HTMLElement>('.judge button')[pressed]?.focus();
  if (!before) log.append(element);
  shown.set(message.id, { message, element });
  if (message.author === 'assistant') {
    state.textContent = '';
    setWriting([...shown.values()].some((one) => one.message.partial));
  }
  if (isAtEnd || message.author === 'visitor') log.scrollTop = log.scrollHeight;
};

const box = make(
  'section',
  { class: fill === undefined ? 'box' : 'box fill', 'aria-label': words.chat },
  make(
    'header',
    {},
    make('span', {}, `${words.title} `, make('small', {}, words.assistant)),
    ...(fill === undefined ? [close] : []),
  ),
  log,
  state,
  composer.form,
);

/** Whoever comes for the first time is greeted. */
const come = (): void => {
  if (hasCome || shown.size > 0) return;
  hasCome = true;
  void connection.post('openings', {});
};
const open = (): void => {
  opener.remove();
  root.append(box);
  log.scrollTop = log.scrollHeight;
  composer.focus();
  come();
};
const shut = (): void => {
  if (fill !== undefined) return;
  box.remove();
  root.append(opener);
  opener.focus();
};
opener.addEventListener('click', open);
close.addEventListener('click', shut);
box.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') shut();
});
window.addEventListener('offline', () => (state.textContent = words.offline));
window.addEventListener('online', () => {
  if (state.textContent === words.offline) state.textContent = '';
});

const attach = (): void => {
  document.body.append(host);
  root.append(opensAtOnce === undefined ? opener : box);
  void connection.watch({
    onMessage: show,
    onWriting: () => setWriting(true),
    onState: (now) => {
      if (now === 'reconnecting') state.textContent = navigator.onLine ? words.reconnecting : words.offline;
      else if (state.textContent === words.reconnecting || state.textContent === words.offline) state.textContent = '';
    },
  });
};
if (document.body) attach();
else document.addEventListener('DOMContentLoaded', attach);
