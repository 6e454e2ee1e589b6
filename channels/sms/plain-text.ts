import type { List, Nodes } from 'mdast';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { toString } from 'mdast-util-to-string';
import { gfm } from 'micromark-extension-gfm';

/**
 * One character outside GSM-7 makes every segment 70 characters short instead of 160
 * (twilio.com/docs/glossary/what-is-gsm-7-character-encoding), so look-alikes stand in for typography.
 */
const lookAlikes: readonly (readonly [RegExp, string])[] = [
  [/[“”„‟«»″]/g, '"'],
  [/[‘’‚‛′`´]/g, "'"],
  [/[‐‑‒–—―−]/g, '-'],
  [/…/g, '...'],
  [/[•◦▪]/g, '-'],
  [/→/g, '->'],
  [/™/g, 'TM'],
  [/©/g, '(c)'],
  [/®/g, '(R)'],
  [/[\u00a0\u2000-\u200a\u202f\t]/g, ' '],
  // Joiners go with their emoji only: Persian and Indic scripts need theirs.
  [
    /(?:\p{Extended_Pictographic}|\p{Regional_Indicator})(?:\u200d|\ufe0f|\p{Emoji_Modifier}|\p{Extended_Pictographic})*/gu,
    '',
  ],
  [/\u200b|\u2060|\ufe0f|\ufeff|\u20e3/g, ''],
];

const toLookAlikes = (text: string): string =>
  lookAlikes.reduce((changed, [pattern, instead]) => changed.replace(pattern, instead), text).replaceAll(/ {2,}/g, ' ');

/** Typography as GSM-7 look-alikes, emoji away; letters of every script stay. */
export const transliterate = (text: string): string => toLookAlikes(text).replaceAll(/ +$/gm, '');

const lineBreak = /^<br\s*\/?>$/i;

const inline = (node: Nodes): string => {
  switch (node.type) {
    case 'text':
      return toLookAlikes(node.value.replaceAll('\n', ' '));
    case 'inlineCode':
      return node.value;
    case 'break':
      return '\n';
    case 'html':
      return lineBreak.test(node.value) ? '\n' : node.value;
    case 'image':
      return [node.alt && toLookAlikes(node.alt), `(${node.url})`].filter(Boolean).join(' ');
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
    // Code means what is written, blanks and quotes included.
    case 'code':
      return node.value;
    default:
      return inline(node).replaceAll(/ +$/gm, '').trim();
  }
};

const blocks = (nodes: readonly Nodes[], between: string): string => nodes.map(block).filter(Boolean).join(between);

/** CommonMark with tables as text for a phone: words, addresses, "-" and "1)". */
export const toPlainText = (markdown: string): string => {
  const tree = fromMarkdown(markdown, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] });
  return blocks(tree.children, '\n\n').trim();
};
