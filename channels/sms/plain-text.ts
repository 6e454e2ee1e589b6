import type { List, Nodes } from 'mdast';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { toString } from 'mdast-util-to-string';
import { gfm } from 'micromark-extension-gfm';
import { plain, type Spelling } from './spelling.ts';

const lineBreak = /^<br\s*\/?>$/i;

/** Words are spelled; addresses and code mean what is written, blanks and quotes included. */
const createWriter = (spell: Spelling) => {
  const inline = (node: Nodes): string => {
    switch (node.type) {
      case 'text':
        return spell(node.value.replaceAll('\n', ' '));
      case 'inlineCode':
        return node.value;
      case 'break':
        return '\n';
      case 'html':
        return lineBreak.test(node.value) ? '\n' : node.value;
      case 'image':
        return [node.alt && spell(node.alt), `(${node.url})`].filter(Boolean).join(' ');
      // What is struck out would read as meant.
      case 'delete':
        return `~${node.children.map(inline).join('')}~`;
      case 'footnoteReference':
        return `[${node.identifier}]`;
      case 'link': {
        const inside = node.children.map(inline).join('');
        const address = node.url.replace(/^mailto:/, '');
        const isShown = [address, node.url].includes(toString(node));
        return isShown ? address : `${inside} (${address})`;
      }
      default:
        return 'children' in node ? node.children.map(inline).join('') : '';
    }
  };

  const list = (node: List): string =>
    node.children
      .map((item, index) => {
        const mark = node.ordered ? `${(node.start ?? 1) + index})` : '-';
        const box = item.checked === null || item.checked === undefined ? '' : item.checked ? '[x] ' : '[ ] ';
        return `${mark} ${box}${blocks(item.children, '\n')}`;
      })
      .join('\n');

  const block = (node: Nodes): string => {
    switch (node.type) {
      case 'list':
        return list(node);
      case 'table':
        return node.children.map((row) => row.children.map(inline).join(', ')).join('\n');
      case 'blockquote':
        return blocks(node.children, '\n');
      case 'footnoteDefinition':
        return `[${node.identifier}] ${blocks(node.children, '\n')}`;
      case 'code':
        return node.value;
      default:
        return inline(node).replaceAll(/ +$/gm, '').trim();
    }
  };

  const blocks = (nodes: readonly Nodes[], between: string): string => nodes.map(block).filter(Boolean).join(between);
  return blocks;
};

const toTree = (markdown: string) =>
  fromMarkdown(markdown, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] });

/** CommonMark with tables as text for a phone: words, addresses, "-" and "1)". It is parsed once for all spellings. */
export const toSpelled = (markdown: string): ((spelling: Spelling) => string) => {
  const { children } = toTree(markdown);
  return (spelling) => createWriter(spelling)(children, '\n\n').trim();
};

export const toPlainText = (markdown: string): string => toSpelled(markdown)(plain);
