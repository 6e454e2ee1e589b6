import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { toString } from 'mdast-util-to-string';
import { gfm } from 'micromark-extension-gfm';

/** The parts of a syntax tree we read. */
interface Node {
  readonly type: string;
  readonly value?: string;
  readonly url?: string;
  readonly alt?: string | null | undefined;
  readonly ordered?: boolean | null | undefined;
  readonly start?: number | null | undefined;
  readonly children?: readonly Node[];
}

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
  [/ {2,}(?=\S)/g, ' '],
  [/ +$/gm, ''],
];

/** Typography as GSM-7 look-alikes, emoji away; letters of every script stay. */
export const transliterate = (text: string): string =>
  lookAlikes.reduce((changed, [pattern, instead]) => changed.replace(pattern, instead), text);

const inline = (node: Node): string => {
  if (node.type === 'break') return '\n';
  if (node.type === 'image') return [node.alt, node.url && `(${node.url})`].filter(Boolean).join(' ');
  const inside = node.children ? node.children.map(inline).join('') : (node.value ?? '');
  if (node.type !== 'link' || !node.url) return inside;
  const address = node.url.replace(/^mailto:/, '');
  return inside === address || inside === node.url ? address : `${inside} (${address})`;
};

const list = (node: Node): string =>
  (node.children ?? [])
    .map((item, index) => {
      const mark = node.ordered ? `${(node.start ?? 1) + index})` : '-';
      return `${mark} ${blocks(item, '\n')}`;
    })
    .join('\n');

const block = (node: Node): string => {
  if (node.type === 'list') return list(node);
  if (node.type === 'table')
    return (node.children ?? []).map((row) => (row.children ?? []).map(inline).join(', ')).join('\n');
  if (node.type === 'blockquote') return blocks(node, '\n');
  if (node.type === 'thematicBreak' || node.type === 'definition') return '';
  return node.children ? node.children.map(inline).join('') : toString(node);
};

const blocks = (node: Node, between: string): string => (node.children ?? []).map(block).filter(Boolean).join(between);

/** CommonMark with tables as text for a phone: words, addresses, "-" and "1)". */
export const toPlainText = (markdown: string): string => {
  const tree = fromMarkdown(markdown, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] });
  return transliterate(blocks(tree as Node, '\n\n')).trim();
};
