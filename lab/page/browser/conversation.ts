import type { PaneAction, PaneMessage, PaneView } from '#lab/pane.ts';
import { press, say } from './api.ts';
import { ask } from './ask.ts';
import { createComposer, type Composer } from './composer.ts';
import { createMessageList } from './message-list.ts';
import { createThread, type Thread } from './thread.ts';

export interface Conversation {
  readonly title: string;
  readonly composer: Composer;
  show(view: PaneView): void;
}

/** Closer to the end than this (px) counts as reading the newest message. */
const bottomPx = 48;

/** Of a message without a title, so much names its thread to a screen reader. */
const aboutLengthMax = 60;

/** Space kept free below a field someone writes in (px). */
const fieldMarginPx = 16;

/** Brings one pane of the page to life: draws its views, and sends what its person writes and presses. */
export function createConversation(section: HTMLElement): Conversation {
  const name = section.dataset['pane']!;
  const isDesk = section.dataset['kind'] === 'desk';
  const hasThreads = section.dataset['threads'] === 'true';
  const log = section.querySelector('.log')!;
  const hint = log.querySelector<HTMLElement>('.hint')!;
  const typing = section.querySelector('.typing')!;
  const trouble = section.querySelector<HTMLElement>('.trouble')!;
  const feed = log.appendChild(document.createElement('div'));
  const threads = new Map<string, Thread>();
  const started = new Set<string>();
  let followsEnd = true;

  const isAtEnd = () => log.scrollHeight - log.scrollTop - log.clientHeight < bottomPx;
  const scrollToEnd = () => log.scrollTo({ top: log.scrollHeight, behavior: 'instant' });
  const below = (field: Element) => field.getBoundingClientRect().bottom - log.getBoundingClientRect().bottom;

  /**
   * Looks where the reader is; the returned function keeps that place after a change: the newest message, or the
   * field of the thread someone writes in. Who has scrolled away from both is left alone.
   */
  function holdPlace(): () => void {
    const field = log.querySelector('.thread-body textarea:focus');
    if (!field) return isAtEnd() ? scrollToEnd : () => undefined;
    const wasInSight = below(field) <= 0;
    return () => {
      const hidden = below(field) + fieldMarginPx;
      if (wasInSight && hidden > 0) log.scrollBy({ top: hidden, behavior: 'instant' });
    };
  }

  /** Runs an act of the person and says under the pane why it failed; rejects too, so that a draft is kept. */
  async function attempt(act: () => Promise<void>) {
    trouble.hidden = true;
    try {
      await act();
    } catch (error) {
      trouble.textContent = error instanceof Error ? error.message : String(error);
      trouble.hidden = false;
      throw error;
    }
  }

  async function pressAction(message: string, action: PaneAction) {
    const text = action.asks === undefined ? undefined : await ask(action.asks);
    if (text === null) return;
    await attempt(() => press(name, message, action.id, text)).then(
      () => isDesk && threads.get(message)?.open(),
      () => undefined,
    );
  }

  const list = createMessageList(feed, pressAction);
  const composer = createComposer(section.querySelector<HTMLFormElement>('form.composer')!, (text) => {
    scrollToEnd();
    return attempt(() => say(name, text));
  });

  function showThread({ id: parent, title, text }: PaneMessage, replies: PaneView['messages']) {
    const message = list.elementOf(parent);
    if (!message || (replies.length === 0 && !isDesk)) return;
    let thread = threads.get(parent);
    if (!thread) {
      const reply = (text: string) => attempt(() => say(name, text, parent));
      const about = title ?? text.slice(0, aboutLengthMax);
      thread = createThread({ reply, press: pressAction }, about, !isDesk);
      threads.set(parent, thread);
      message.querySelector('.content')!.append(thread.element);
    }
    // The first reply in a case is shown at once; after that, who folds the thread away has it folded.
    if (isDesk && replies.length > 0 && !started.has(parent)) {
      started.add(parent);
      thread.open();
    }
    thread.show(replies);
  }

  log.addEventListener('scroll', () => (followsEnd = isAtEnd()), { passive: true });
  new ResizeObserver(() => followsEnd && scrollToEnd()).observe(log);

  return {
    title: section.querySelector('h2')!.textContent ?? name,
    composer,
    show(view) {
      const keepPlace = holdPlace();
      const ids = new Set(view.messages.map(({ id }) => id));
      const isReply = (thread: string | null) => hasThreads && thread !== null && ids.has(thread);
      const isTop = (message: PaneView['messages'][number]) =>
        !isReply(message.thread) || message.thread === message.id;
      const top = view.messages.filter(isTop);
      list.show(top);
      for (const id of threads.keys()) if (!ids.has(id)) threads.delete(id);
      if (hasThreads) {
        const replies = Map.groupBy(
          view.messages.filter((message) => !isTop(message)),
          ({ thread }) => thread,
        );
        for (const message of top) showThread(message, replies.get(message.id) ?? []);
      }
      hint.hidden = top.length > 0;
      typing.textContent = view.typing ?? '';
      keepPlace();
    },
  };
}
