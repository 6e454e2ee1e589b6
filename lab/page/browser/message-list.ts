import type { PaneAction, PaneMessage } from '#lab/pane.ts';
import { createMessageNode, type MessageNode } from './message.ts';
import { arrange } from './patch.ts';

export interface MessageList {
  show(messages: readonly PaneMessage[]): void;
  /** The element of a message now shown. */
  elementOf(id: string): HTMLElement | undefined;
}

/** Messages of one author this close together (ms) stand under one name, as chat clients do. */
const followUpMs = 5 * 60_000;

const follows = (message: PaneMessage, above: PaneMessage | undefined) =>
  above !== undefined &&
  above.author.id === message.author.id &&
  !message.title &&
  !above.title &&
  Date.parse(message.sentAt) - Date.parse(above.sentAt) < followUpMs;

/** Keeps one element per message id under `parent`, in the order of the platform. */
export function createMessageList(
  parent: Element,
  onPress: (message: string, action: PaneAction) => Promise<void>,
): MessageList {
  const nodes = new Map<string, MessageNode>();
  return {
    show(messages) {
      const ids = new Set(messages.map(({ id }) => id));
      for (const id of nodes.keys()) if (!ids.has(id)) nodes.delete(id);
      messages.forEach((message, index) => {
        const node = nodes.get(message.id) ?? createMessageNode(onPress);
        nodes.set(message.id, node);
        node.show(message, follows(message, messages[index - 1]));
      });
      arrange(
        parent,
        messages.map(({ id }) => nodes.get(id)!.element),
      );
    },
    elementOf: (id) => nodes.get(id)?.element,
  };
}
