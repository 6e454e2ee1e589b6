import type { Action, Citation, Doing, OutboundMessage } from '#core/channel.ts';
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
  /** A person at the desk wrote it. */
  readonly byAgent?: boolean;
  /** What the visitor may want to say next. */
  readonly suggestions?: readonly string[];
  /** What the visitor thinks of it is asked for; null until they say. */
  readonly rating?: 'good' | 'bad' | null;
  /** Names of the files that came with it. */
  readonly files?: readonly string[];
}

/** What is done for the visitor now; it is told to who looks, and kept nowhere. */
export interface WebStatus {
  readonly doing: Doing;
}

export const toWebMessage = (id: string, message: OutboundMessage): WebMessage => ({
  id,
  author: 'assistant',
  text: toWidgetMarkdown(message.text),
  citations: message.citations ?? [],
  actions: (message.actions ?? []).map((action) => ({ id: action.id, label: action.label })),
  partial: message.partial ?? false,
  ...(message.by === 'agent' ? { byAgent: true } : {}),
  ...(message.suggestions?.length ? { suggestions: message.suggestions } : {}),
  ...(message.asksFeedback ? { rating: null } : {}),
});

export const toVisitorMessage = (id: string, text: string, files: readonly string[] = []): WebMessage => ({
  id,
  author: 'visitor',
  text,
  citations: [],
  actions: [],
  partial: false,
  ...(files.length > 0 ? { files } : {}),
});
