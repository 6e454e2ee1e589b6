import type { Action, Citation, OutboundMessage } from '#core/channel.ts';
import { toWidgetMarkdown } from './markdown.ts';

/** What the widget is told about one message, each time as a whole. */
export interface WebMessage {
  readonly id: string;
  readonly author: 'visitor' | 'assistant';
  /** CommonMark; the widget renders it without HTML. */
  readonly text: string;
  readonly citations: readonly Citation[];
  readonly actions: readonly Pick<Action, 'id' | 'label'>[];
  readonly partial: boolean;
}

export const toWebMessage = (id: string, message: OutboundMessage): WebMessage => ({
  id,
  author: 'assistant',
  text: toWidgetMarkdown(message.text),
  citations: message.citations ?? [],
  actions: (message.actions ?? []).map((action) => ({ id: action.id, label: action.label })),
  partial: message.partial ?? false,
});

export const toVisitorMessage = (id: string, text: string): WebMessage => ({
  id,
  author: 'visitor',
  text,
  citations: [],
  actions: [],
  partial: false,
});
