import type { List, Nodes } from 'mdast';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { toString } from 'mdast-util-to-string';
import { gfm } from 'micromark-extension-gfm';
import { plain, type Spelling } from './spelling.ts';

const lineBreak = /^<br\s*\/?>$/i;

/** What stands around words that are meant to look otherwise. */
export interface Marks {
  readonly strong: string;
  readonly emphasis: string;
  readonly code: string;
  readonly block: string;
}

/** A phone shows text as it is. */
const none: Marks = { strong: '', emphasis: '', code: '', block: '' };

/** Words are spelled; addresses and code mean what is written, blanks and quotes included. */
const createWriter = (spell: Spelling, marks: Marks) => {
  const within = (mark: string, text: string): string => (text.trim() === '' ? text : mark + text + mark);
  const inline = (node: Nodes): string => {
    switch (node.type) {
      case 'text':
        return spell(node.value.replaceAll('\n', ' '));
      case 'inlineCode':
        return within(marks.code, node.value);
      case 'strong':
        return within(marks.strong, node.children.map(inline).join(''));
      case 'emphasis':
        return within(marks.emphasis, node.children.map(inline).join(''));
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
      case 'heading':
        return within(marks.strong, node.children.map(inline).join('').trim());
      case 'code':
        return within(marks.block, node.value);
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
export const toSpelled = (markdown: string, marks = none): ((spelling: Spelling) => string) => {
  const { children } = toTree(markdown);
  return (spelling) => createWriter(spelling, marks)(children, '\n\n').trim();
};

export const toPlainText = (markdown: string): string => toSpelled(markdown)(plain);
