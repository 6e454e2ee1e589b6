import type { PaneAction, PaneMessage } from '#lab/pane.ts';
import { createComposer } from './composer.ts';
import { createMessageList } from './message-list.ts';

export interface Thread {
  readonly element: HTMLElement;
  show(replies: readonly PaneMessage[]): void;
  open(): void;
}

interface ThreadActs {
  readonly reply: (text: string) => Promise<void>;
  readonly press: (message: string, action: PaneAction) => Promise<void>;
}

let made = 0;

function replyForm(placeholder: string, about: string): HTMLFormElement {
  const form = document.createElement('form');
  form.className = 'composer';
  const field = form.appendChild(document.createElement('textarea'));
  field.rows = 1;
  field.maxLength = 4000;
  field.placeholder = placeholder;
  field.setAttribute('aria-label', `${placeholder}: ${about}`);
  const send = form.appendChild(document.createElement('button'));
  send.type = 'submit';
  send.textContent = 'Send';
  send.setAttribute('aria-label', `Send in thread: ${about}`);
  return form;
}

/** The replies under one message, which `about` names, with a field to write among them; it folds away, and Escape in it closes it. */
export function createThread(acts: ThreadActs, about: string, isOpen: boolean): Thread {
  const element = document.createElement('div');
  element.className = 'thread';
  const toggle = element.appendChild(document.createElement('button'));
  toggle.type = 'button';
  toggle.className = 'thread-toggle';
  const body = element.appendChild(document.createElement('div'));
  body.className = 'thread-body';
  body.id = `thread-${(made += 1)}`;
  body.setAttribute('role', 'group');
  body.setAttribute('aria-label', `Thread: ${about}`);
  toggle.setAttribute('aria-controls', body.id);
  const replies = body.appendChild(document.createElement('div'));
  const form = body.appendChild(replyForm('Reply in thread', about));
  const composer = createComposer(form, acts.reply);
  const list = createMessageList(replies, acts.press);

  function set(open: boolean) {
    body.hidden = !open;
    toggle.setAttribute('aria-expanded', String(open));
  }
  toggle.addEventListener('click', () => {
    const open = Boolean(body.hidden);
    set(open);
    if (!open) return;
    composer.focus();
    form.scrollIntoView({ block: 'nearest' });
  });
  body.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    set(false);
    toggle.focus();
  });
  set(isOpen);
  return {
    element,
    open: () => set(true),
    show(messages) {
      const count = messages.length;
      toggle.textContent = count === 0 ? 'Reply in thread' : count === 1 ? '1 reply' : `${count} replies`;
      list.show(messages);
    },
  };
}
