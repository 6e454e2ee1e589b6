import type { Nodes } from 'mdast';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { gfm } from 'micromark-extension-gfm';

const inline = (node: Nodes): string => {
  if (node.type === 'break') return '\n';
  if (node.type === 'html' && /^<br\s*\/?>$/i.test(node.value)) return '\n';
  if (node.type === 'image') return node.alt ?? '';
  if ('children' in node) return node.children.map(inline).join('');
  return 'value' in node ? node.value : '';
};

const block = (node: Nodes): string => {
  if (node.type === 'list')
    return node.children
      .map((item, index) => `${node.ordered ? `${(node.start ?? 1) + index}.` : '-'} ${blocks(item.children)}`)
      .join('\n');
  if (node.type === 'table') return node.children.map((row) => row.children.map(inline).join(', ')).join('\n');
  if (node.type === 'blockquote' || node.type === 'footnoteDefinition') return blocks(node.children);
  return inline(node);
};

const blocks = (nodes: readonly Nodes[]): string => nodes.map(block).filter(Boolean).join('\n');

const dialect = { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] };
/** A text is asked for several times in a row: whether it fits, and as it is written. */
const known = new Map<string, string>();
const knownMax = 100;

/** CommonMark with tables as words alone, to be heard, searched and shown in a notification. */
export const toWords = (markdown: string): string => {
  const found = known.get(markdown);
  if (found !== undefined) return found;
  const words = blocks(fromMarkdown(markdown, dialect).children);
  known.set(markdown, words);
  const [oldest] = known.keys();
  if (known.size > knownMax && oldest !== undefined) known.delete(oldest);
  return words;
};
