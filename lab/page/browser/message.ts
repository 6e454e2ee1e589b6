import type { PaneAction, PaneMessage } from '#lab/pane.ts';
import { createFold } from './fold.ts';
import { appendInline } from './inline-markup.ts';
import { renderMarkup } from './markup.ts';
import { patchChildren } from './patch.ts';

export interface MessageNode {
  readonly element: HTMLElement;
  /** Draws the message; `isFollowUp` hides name and avatar, because the message above has the same author. */
  show(message: PaneMessage, isFollowUp: boolean): void;
}

type OnPress = (message: string, action: PaneAction) => Promise<void>;

/** States of the platform that need no words: the message being there, or growing, says it already. */
const silentStates = new Set(['streaming', 'stopped', 'received']);

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });

const initials = (name: string) =>
  name
    .split(/\s+/)
    .slice(0, 2)
    .map((word) => [...word][0] ?? '')
    .join('')
    .toUpperCase();

/** One of six avatar colours, always the same for the same author. */
const hueOf = (id: string) => String([...id].reduce((sum, char) => sum + char.codePointAt(0)!, 0) % 6);

function make<K extends keyof HTMLElementTagNameMap>(tag: K, className: string): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  element.className = className;
  return element;
}

function factRows(message: PaneMessage): DocumentFragment {
  const rows = document.createDocumentFragment();
  for (const { label, value } of message.facts) {
    const row = rows.appendChild(document.createElement('div'));
    row.dataset['label'] = label;
    row.appendChild(document.createElement('dt')).textContent = label;
    const words = row.appendChild(document.createElement('dd'));
    if (message.markup === 'plain') words.textContent = value;
    else appendInline(words, value, message.markup);
  }
  return rows;
}

function button(action: PaneAction, onPress: () => Promise<void>): HTMLButtonElement {
  const made = make('button', action.style);
  made.type = 'button';
  made.textContent = action.label;
  made.dataset['action'] = action.id;
  if (action.asks !== undefined) made.setAttribute('aria-haspopup', 'dialog');
  made.addEventListener('click', async () => {
    if (made.getAttribute('aria-busy') === 'true') return;
    made.setAttribute('aria-busy', 'true');
    await onPress().finally(() => made.removeAttribute('aria-busy'));
  });
  return made;
}

/** The element of one message. Showing a changed message touches only the parts that changed. */
export function createMessageNode(onPress: OnPress): MessageNode {
  const element = make('article', 'message');
  element.tabIndex = -1;
  const avatar = make('span', 'avatar');
  avatar.setAttribute('aria-hidden', 'true');
  const content = make('div', 'content');
  const by = make('header', 'by');
  const name = make('b', 'name');
  const badge = make('span', 'badge');
  const time = make('time', 'time');
  by.append(name, badge, time);
  const bubble = make('div', 'bubble');
  const title = make('h3', 'title');
  const text = make('div', 'text');
  const facts = make('dl', 'facts');
  const actions = make('div', 'actions');
  const fold = createFold(text);
  bubble.append(title, facts, text, fold.button, actions);
  const state = make('p', 'state');
  content.append(by, bubble, state);
  element.append(avatar, content);
  let drawn = '';
  let drawnActions = '';

  /** Who pressed a button by keyboard goes on from where they were, not from the top of the page. */
  function focusAgain(pressed: string | undefined) {
    const buttons = [...actions.querySelectorAll('button')];
    const next = buttons.find(({ dataset }) => dataset['action'] === pressed) ?? buttons[0];
    (next ?? element).focus();
  }

  function show(message: PaneMessage, isFollowUp: boolean) {
    element.classList.toggle('follow-up', isFollowUp);
    const wanted = JSON.stringify(message);
    if (wanted === drawn) return;
    drawn = wanted;
    const isBot = message.author.role === 'bot';
    const hasCard = Boolean(message.title) || message.facts.length > 0;
    element.classList.toggle('bot', isBot);
    element.classList.toggle('card', hasCard);
    element.dataset['id'] = message.id;
    element.setAttribute('aria-busy', String(message.status === 'streaming'));
    avatar.dataset['hue'] = hueOf(message.author.id);
    avatar.textContent = initials(message.author.name);
    name.textContent = message.author.name;
    badge.textContent = isBot ? 'Bot' : '';
    time.dateTime = message.sentAt;
    time.textContent = clock.format(new Date(message.sentAt));
    title.textContent = message.title ?? '';
    patchChildren(text, renderMarkup(message.text, message.markup));
    fold.setFoldable(hasCard);
    patchChildren(facts, factRows(message));
    if (JSON.stringify(message.actions) !== drawnActions) {
      drawnActions = JSON.stringify(message.actions);
      const focused = actions.contains(document.activeElement) ? document.activeElement : null;
      actions.replaceChildren(...message.actions.map((action) => button(action, () => onPress(message.id, action))));
      if (focused instanceof HTMLElement) focusAgain(focused.dataset['action']);
    }
    const status = message.status && !silentStates.has(message.status) ? message.status : '';
    state.textContent = [message.edited ? 'edited' : '', status].filter(Boolean).join(' · ');
    state.dataset['status'] = status;
  }
  return { element, show };
}
