import type { BlockContent, List, ListItem, Nodes, Paragraph, PhrasingContent, Root } from 'mdast';

import { readTree, type Reading, withMailAddresses } from './reading.ts';

/** The inline marks of Discord's Markdown, in the order in which its client tries them. */
const inlineMarks: readonly (readonly [RegExp, (match: RegExpExecArray) => PhrasingContent])[] = [
  [/\\([^0-9A-Za-z\s])/y, ([, sign = '']) => ({ type: 'text', value: sign })],
  [
    /(`+)([^]*?[^`])\1(?!`)/y,
    ([, , code = '']) => ({ type: 'inlineCode', value: code.replace(/^ (?=`)|(?<=`) $/g, '') }),
  ],
  [
    /\[((?:\\.|[^\]\\]|\[[^\]]*\])*)\]\((?:<(https?:\/\/[^\s>]+)>|(https?:\/\/[^\s>)]+))(?: "[^"]*")?\)/y,
    ([, label = '', exact, plain = '']) => ({ type: 'link', url: exact ?? plain, children: readInline(label) }),
  ],
  [/<(https?:\/\/[^\s>]+)>/y, ([, url = '']) => ({ type: 'link', url, children: [{ type: 'text', value: url }] })],
  [
    /https?:\/\/[^\s<]+[^<.,:;"'\]\s)*_~`]/y,
    ([url = '']) => ({ type: 'link', url, children: [{ type: 'text', value: url }] }),
  ],
  [/\*\*((?:\\.|[^\\])+?)\*\*(?!\*)/y, ([, inside = '']) => ({ type: 'strong', children: readInline(inside) })],
  [/__((?:\\.|[^\\])+?)__(?!_)/y, ([, inside = '']) => ({ type: 'strong', children: readInline(inside) })],
  [
    /\*(?=\S)((?:\*\*|\\.|\s+(?:\\.|[^\s*\\]|\*\*)|[^\s*\\])+?)\*(?!\*)/y,
    ([, inside = '']) => ({ type: 'emphasis', children: readInline(inside) }),
  ],
  [/_((?:__|\\.|[^\\_])+?)_(?!\w)/y, ([, inside = '']) => ({ type: 'emphasis', children: readInline(inside) })],
  [/~~((?:\\.|[^\\])+?)~~(?!~)/y, ([, inside = '']) => ({ type: 'delete', children: readInline(inside) })],
  [/\|\|([^]+?)\|\|/y, () => ({ type: 'text', value: '[hidden]' })],
  [/<(?:[@#][!&]?\d+|a?:\w+:\d+|t:-?\d+(?::\w)?)>/y, () => ({ type: 'text', value: '[token]' })],
];

function readInline(text: string): PhrasingContent[] {
  const nodes: PhrasingContent[] = [];
  let plain = '';
  const flush = (): void => {
    if (plain) nodes.push({ type: 'text', value: plain });
    plain = '';
  };
  for (let at = 0; at < text.length;) {
    const found = inlineMarks.flatMap(([mark, make]) => {
      // An underscore within a word is a letter.
      if (text[at] === '_' && /\w/.test(text[at - 1] ?? '')) return [];
      mark.lastIndex = at;
      const match = mark.exec(text);
      return match ? [{ length: match[0].length, node: make(match) }] : [];
    })[0];
    if (found) {
      flush();
      nodes.push(found.node);
      at += found.length;
    } else {
      plain += text[at];
      at += 1;
    }
  }
  flush();
  return nodes;
}

const item = /^( *)([-*]|\d+\.) +(.*)$/;
const indentOf = (line: string): number => line.length - line.trimStart().length;

const readBlocks = (lines: readonly string[]): BlockContent[] => {
  const blocks: BlockContent[] = [];
  let at = 0;
  const take = (test: (line: string) => boolean): string[] => {
    const from = at;
    while (at < lines.length && test(lines[at] ?? '')) at += 1;
    return lines.slice(from, at);
  };
  const readItem = (): ListItem => {
    const [, lead = '', mark = '', first = ''] = item.exec(lines[at] ?? '') ?? [];
    const width = (lines[at] ?? '').length - first.length;
    at += 1;
    const inside = take((line) => line.trim() === '' || indentOf(line) > lead.length);
    const dedented = inside.map((line) => line.slice(Math.min(indentOf(line), Math.max(width, lead.length + 2))));
    return { type: 'listItem', children: readBlocks([first, ...dedented]), data: { mark } as object };
  };
  while (at < lines.length) {
    const line = lines[at] ?? '';
    const [, marks, title = ''] = /^(#{1,3}|-#) +(.*)$/.exec(line) ?? [];
    if (line.trim() === '') at += 1;
    else if (line.startsWith('```')) {
      at += 1;
      blocks.push({ type: 'code', value: take((next) => !next.startsWith('```')).join('\n') });
      at += 1;
    } else if (line.startsWith('> ') || line === '>')
      blocks.push({
        type: 'blockquote',
        children: readBlocks(take((next) => /^>(?: |$)/.test(next)).map((next) => next.slice(2))),
      });
    else if (marks !== undefined) {
      at += 1;
      blocks.push({ type: 'paragraph', children: readInline(title) });
    } else if (item.test(line)) {
      const lead = indentOf(line);
      const start = /^\s*(\d+)\./.exec(line)?.[1];
      const list: List = { type: 'list', ordered: start !== undefined, start: Number(start ?? 1), children: [] };
      while (
        item.test(lines[at] ?? '') &&
        indentOf(lines[at] ?? '') === lead &&
        (start !== undefined) === /^\s*\d/.test(lines[at] ?? '')
      )
        list.children.push(readItem());
      blocks.push(list);
    } else {
      const own = take((next) => next.trim() !== '' && !/^(?:```|> |#{1,3} |-# )/.test(next) && !item.test(next));
      if (own.length === 0) at += 1;
      const paragraph: Paragraph = {
        type: 'paragraph',
        children: readInline((own.length === 0 ? [line] : own).join('\n')),
      };
      blocks.push(paragraph);
    }
  }
  return blocks;
};

/** What stands for a table's row: an item with its cells behind the names of their columns. */
export const cellsOf = (node: Nodes): string[][] =>
  node.type === 'listItem' && node.children[0]?.type === 'paragraph'
    ? [[readTree(node.children[0]).texts.join('')], ...node.children.flatMap(cellsOf)]
    : 'children' in node
      ? node.children.flatMap(cellsOf)
      : [];

/** A message of Discord as its client shows it. */
export const readDiscord = (content: string): Reading => {
  const root: Root = { type: 'root', children: readBlocks(content.split('\n')) };
  return withMailAddresses({ ...readTree(root), rows: cellsOf(root) });
};
