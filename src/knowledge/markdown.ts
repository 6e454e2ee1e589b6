import type { Nodes, Root } from 'mdast';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { gfm } from 'micromark-extension-gfm';

/** CommonMark with GitHub's tables, task lists and strikethrough, as a tree with positions. */
export const parseMarkdown = (text: string): Root =>
  fromMarkdown(text, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] });

export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Where a parsed node stands in its source, in UTF-16 units. */
export function spanOf(node: Nodes): Span {
  const start = node.position?.start.offset;
  const end = node.position?.end.offset;
  if (start === undefined || end === undefined) throw new Error(`a ${node.type} without a position`);
  return { start, end };
}

/**
 * The source of a node. Lines after the first lose the indentation they had because of where the node was nested,
 * so that the piece means the same on its own.
 */
export function sourceOf(node: Nodes, source: string): string {
  const { start, end } = spanOf(node);
  const column = node.position?.start.column ?? 1;
  const text = source.slice(start, end);
  return column === 1 ? text : text.replace(new RegExp(`\\n[ \\t]{1,${column - 1}}`, 'g'), '\n');
}
