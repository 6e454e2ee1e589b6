import { appendInline, decode, link, type Markup } from './inline-markup.ts';

/** Message text as DOM nodes, block by block. Nothing here ever parses HTML: unknown input stays text. */

const maxDepth = 6;
const item = /^(\s*)(?:[-*+•]|(\d{1,9})[.)])\s+(.*)$/;
const divider = /^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$/;
/** Discord's small print. */
const small = /^-# +(.*)$/;
const fence = /^\s*(`{3,}(?=[^`]*$)|~{3,})/;

interface Cursor {
  readonly lines: readonly string[];
  at: number;
}

function element<K extends keyof HTMLElementTagNameMap>(tag: K, ...children: Node[]): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  made.append(...children);
  return made;
}

/** Takes lines from the cursor as long as the test holds. */
function take(cursor: Cursor, test: (line: string, index: number) => boolean): string[] {
  const start = cursor.at;
  while (cursor.at < cursor.lines.length && test(cursor.lines[cursor.at]!, cursor.at - start)) cursor.at += 1;
  return cursor.lines.slice(start, cursor.at);
}

/** An unclosed fence runs to the end: that is what a reply looks like while it is still being written. */
function codeBlock(cursor: Cursor, markup: Markup): Node {
  const mark = fence.exec(cursor.lines[cursor.at]!)![1]!;
  cursor.at += 1;
  const lines = take(cursor, (line) => !line.trimStart().startsWith(mark));
  cursor.at += 1;
  return element('pre', element('code', document.createTextNode(decode(lines.join('\n'), markup))));
}

function list(cursor: Cursor, depth: number): Node {
  const [, , firstNumber] = item.exec(cursor.lines[cursor.at]!)!;
  const indent = item.exec(cursor.lines[cursor.at]!)![1]!.length;
  const made = element(firstNumber ? 'ol' : 'ul');
  if (firstNumber && made instanceof HTMLOListElement) made.start = Number(firstNumber);
  for (;;) {
    const head = item.exec(cursor.lines[cursor.at] ?? '');
    if (!head || head[1]!.length !== indent || Boolean(head[2]) !== Boolean(firstNumber)) break;
    cursor.at += 1;
    const more = take(cursor, (line) => /\S/.test(line) && line.search(/\S/) > indent);
    const lines = [head[3]!, ...more.map((line) => line.slice(Math.min(indent + 2, line.search(/\S/))))];
    const entry = element('li');
    appendBlocks(entry, lines, 'markdown', depth + 1, true);
    made.append(entry);
    // A blank line between two items does not end the list.
    if (!cursor.lines[cursor.at]?.trim() && item.test(cursor.lines[cursor.at + 1] ?? '')) cursor.at += 1;
  }
  return made;
}

const cells = (line: string) => {
  const inner = line.trim().replace(/^\||\|$/g, '');
  return inner.split(/(?<!\\)\|/).map((cell) => cell.trim());
};

function table(cursor: Cursor): Node {
  const rows = take(cursor, (line) => line.includes('|') || divider.test(line)).map(cells);
  const row = (tag: 'th' | 'td', texts: readonly string[]) => {
    const made = element('tr');
    for (const text of texts) appendInline(made.appendChild(element(tag)), text.replaceAll('\\|', '|'), 'markdown');
    return made;
  };
  const head = element('thead', row('th', rows[0] ?? []));
  const body = element('tbody', ...rows.slice(2).map((texts) => row('td', texts)));
  const frame = element('div', element('table', head, body));
  frame.className = 'table';
  return frame;
}

function quote(cursor: Cursor, markup: Markup, depth: number): Node {
  const mark = markup === 'mrkdwn' ? /^\s*(?:>|&gt;) ?/ : /^\s*> ?/;
  const lines = take(cursor, (line) => mark.test(line)).map((line) => line.replace(mark, ''));
  const made = element('blockquote');
  appendBlocks(made, lines, markup, depth + 1);
  return made;
}

function startsTable({ lines, at }: Cursor): boolean {
  return Boolean(lines[at]?.includes('|')) && lines[at + 1]?.includes('-') === true && divider.test(lines[at + 1]!);
}

function startsBlock(cursor: Cursor, markup: Markup): boolean {
  const line = cursor.lines[cursor.at] ?? '';
  if (fence.test(line) || /^\s*>/.test(line)) return true;
  if (markup === 'mrkdwn') return /^\s*&gt;/.test(line);
  return item.test(line) || small.test(line) || /^#{1,6} /.test(line) || startsTable(cursor);
}

function block(cursor: Cursor, markup: Markup, depth: number, tight: boolean): Node {
  const line = cursor.lines[cursor.at]!;
  if (fence.test(line)) return codeBlock(cursor, markup);
  const isQuote = /^\s*(?:>|&gt;)/.test(line) && startsBlock(cursor, markup);
  if (isQuote && depth < maxDepth) return quote(cursor, markup, depth);
  if (markup === 'markdown' && depth < maxDepth) {
    const heading = /^(#{1,6}) +(.*)$/.exec(line);
    if (heading) {
      cursor.at += 1;
      const made = element('p');
      made.className = 'heading';
      appendInline(made, heading[2]!, markup);
      return made;
    }
    const print = small.exec(line);
    if (print) {
      cursor.at += 1;
      const made = element('p');
      made.className = 'small';
      appendInline(made, print[1]!, markup);
      return made;
    }
    if (startsTable(cursor)) return table(cursor);
    if (item.test(line)) return list(cursor, depth);
  }
  const first = cursor.at;
  const lines = take(cursor, (next, index) => {
    if (index === 0) return true;
    return next.trim() !== '' && !startsBlock({ lines: cursor.lines, at: first + index }, markup);
  });
  const made = element(tight ? 'span' : 'p');
  appendInline(made, lines.join('\n'), markup);
  return made;
}

function appendBlocks(parent: Node, lines: readonly string[], markup: Markup, depth: number, tight = false): void {
  const cursor: Cursor = { lines, at: 0 };
  while (cursor.at < lines.length) {
    if (lines[cursor.at]!.trim() === '') cursor.at += 1;
    else parent.appendChild(block(cursor, markup, depth, tight));
  }
}

/** Slack lets code begin and end within a line; the block parser wants its fences on lines of their own. */
const ownFences = (text: string) => text.replace(/```\n?([^]*?)\n?```/g, '\n```\n$1\n```\n');

/** The text of a message as a fragment of paragraphs, lists, quotes, code and tables; plain text keeps its line ends. */
export function renderMarkup(text: string, markup: Markup | 'plain'): DocumentFragment {
  const fragment = document.createDocumentFragment();
  const source = markup === 'mrkdwn' ? ownFences(text) : text;
  if (markup !== 'plain') appendBlocks(fragment, source.split(/\r?\n/), markup, 0);
  else if (text) {
    const plain = fragment.appendChild(element('p'));
    plain.className = 'plain';
    // A phone makes links of addresses.
    for (const words of text.split(/(https?:\/\/[^\s<>"]*[\w/])/)) {
      const node = document.createTextNode(words);
      plain.append(/^https?:/.test(words) ? link(words, (parent) => parent.appendChild(node)) : node);
    }
  }
  return fragment;
}
