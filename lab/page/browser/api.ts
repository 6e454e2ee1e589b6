import type { PaneView } from '#lab/pane.ts';

export interface PaneEvent {
  readonly name: string;
  readonly view: PaneView;
}

async function post(path: string, body: object): Promise<void> {
  const response = await fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  }).catch(() => {
    throw new Error('The sandbox does not answer. Is it still running?');
  });
  if (response.ok) return;
  const answer = (await response.json().catch(() => null)) as { error?: string } | null;
  throw new Error(answer?.error ?? `The sandbox refused this (${response.status}).`);
}

const pathOf = (pane: string, act: string) => `/lab/panes/${encodeURIComponent(pane)}/${act}`;

/** Writes in a pane as its person; rejects with what the platform said. */
export const say = (pane: string, text: string, thread?: string) =>
  post(pathOf(pane, 'say'), thread === undefined ? { text } : { text, thread });

/** Presses a button of a message as the pane's person; `text` is what a button that asks was told. */
export const press = (pane: string, message: string, action: string, text?: string) =>
  post(pathOf(pane, 'press'), text === undefined ? { message, action } : { message, action, text });

/** Follows all panes; the browser reconnects by itself, and each connection starts with every pane as it is. */
export function follow(onPane: (event: PaneEvent) => void, onLink: (connected: boolean) => void): void {
  const events = new EventSource('/lab/panes/events');
  events.addEventListener('pane', (event: MessageEvent<string>) => onPane(JSON.parse(event.data) as PaneEvent));
  events.addEventListener('open', () => onLink(true));
  events.addEventListener('error', () => onLink(false));
}
