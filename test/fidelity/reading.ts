import type { List, Nodes } from 'mdast';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { gfm } from 'micromark-extension-gfm';

/** What a reader finds in a message, however the platform writes it. */
export interface Reading {
  /** All that is read, in order, one entry for each paragraph, cell or block of code. */
  readonly texts: readonly string[];
  readonly code: readonly string[];
  readonly links: readonly string[];
  /** The names of columns. */
  readonly heads: readonly string[];
  /** The cells of each row of a table, or of what stands for one. */
  readonly rows: readonly (readonly string[])[];
  /** Each item of a list with its number, or with a dash. */
  readonly items: readonly { readonly mark: string; readonly text: string }[];
}

/** Words as they are read: links without their addresses, breaks as blanks. */
export const wordsOf = (node: Nodes): string => {
  if (node.type === 'break') return ' ';
  if (node.type === 'image') return node.alt ?? '';
  if (node.type === 'html') return node.value.startsWith('<br') ? ' ' : node.value;
  if ('children' in node) return node.children.map(wordsOf).join('');
  return 'value' in node ? node.value : '';
};

/** A syntax tree as it is read. */
export const readTree = (root: Nodes): Reading => {
  const texts: string[] = [];
  const code: string[] = [];
  const links: string[] = [];
  const heads: string[] = [];
  const rows: string[][] = [];
  const items: { mark: string; text: string }[] = [];
  const definitions = new Map<string, string>();
  const define = (node: Nodes): void => {
    if (node.type === 'definition') definitions.set(node.identifier, node.url);
    if ('children' in node) node.children.forEach(define);
  };
  const link = (node: Nodes): void => {
    if (node.type === 'link' || node.type === 'image') links.push(node.url);
    if (node.type === 'linkReference') links.push(definitions.get(node.identifier) ?? '');
    if ('children' in node) node.children.forEach(link);
  };
  const list = (node: List): void => {
    for (const [index, item] of node.children.entries()) {
      const [first] = item.children;
      const mark = node.ordered ? String((node.start ?? 1) + index) : '-';
      items.push({ mark, text: first?.type === 'paragraph' ? wordsOf(first) : '' });
      item.children.forEach(visit);
    }
  };
  const visit = (node: Nodes): void => {
    if (node.type === 'code') {
      code.push(node.value);
      texts.push(node.value);
    } else if (node.type === 'list') list(node);
    else if (node.type === 'table')
      for (const [index, row] of node.children.entries()) {
        const cells = row.children.map(wordsOf);
        if (index === 0) heads.push(...cells);
        else rows.push(cells);
        texts.push(...cells);
      }
    else if (node.type === 'root' || node.type === 'blockquote') node.children.forEach(visit);
    else if (node.type !== 'definition') texts.push(wordsOf(node));
  };
  define(root);
  link(root);
  visit(root);
  return { texts, code, links, heads, rows, items };
};

export const parse = (markdown: string): Nodes =>
  fromMarkdown(markdown, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] });

/** CommonMark with tables, as Slack's markdown block takes it. */
export const readMarkdown = (markdown: string): Reading => readTree(parse(markdown));

export const joinReadings = (readings: readonly Reading[]): Reading => ({
  texts: readings.flatMap(({ texts }) => texts),
  code: readings.flatMap(({ code }) => code),
  links: readings.flatMap(({ links }) => links),
  heads: readings.flatMap(({ heads }) => heads),
  rows: readings.flatMap(({ rows }) => rows),
  items: readings.flatMap(({ items }) => items),
});

const mailAddress = / \(([\w.+-]+@[\w.-]+)\)/g;

/** Where a mail address can be read and not be pressed, it stands behind its label. */
export const withMailAddresses = (reading: Reading): Reading => ({
  ...reading,
  texts: reading.texts.map((text) => text.replaceAll(mailAddress, '')),
  links: [
    ...reading.links,
    ...reading.texts.flatMap((text) => [...text.matchAll(mailAddress)].map(([, address]) => `mailto:${address}`)),
  ],
});
