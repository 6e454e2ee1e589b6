/** Message text as nodes. Nothing here parses HTML: whatever is not understood stays text. */

export const make = <K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Record<string, string> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] => {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
};

/** A link that opens beside the site; its words alone where the address is not a web address. */
export const toLink = (url: string, ...words: (Node | string)[]): Node =>
  /^https?:\/\//i.test(url) && URL.canParse(url)
    ? make('a', { href: url, rel: 'noopener noreferrer nofollow', target: '_blank' }, ...words)
    : make('span', {}, ...words);

const marks =
  /(`+)(?!`)([^\n]*?[^`\n])\1(?!`)|\*\*((?:\\.|[^*\\\n]|\*(?!\*))+)\*\*|~~([^~\n]+)~~|(?<![\w*\\])\*([^*\s](?:\\.|[^*\\\n])*)\*(?![\w*])|(?<![\w\\])_([^_\s](?:\\.|[^\\\n])*?)_(?!\w)|\[((?:\\.|[^\]\\\n]|\[[^\]\n]*\])+)\]\((?:<(https?:\/\/[^\s<>]+)>|(https?:\/\/[^)\s]+))\)|\b(https:\/\/[^\s<>"]*[^\s<>".,:;!?)\]'*_~])|\\([!-/:-@[-`{-~])/g;

const inline = (text: string): Node[] => {
  const nodes: Node[] = [];
  let from = 0;
  for (const match of text.matchAll(marks)) {
    const [whole, , code, bold, struck, starred, lined, label, exact, plain, address, escaped] = match;
    const italic = starred ?? lined;
    const href = exact ?? plain;
    nodes.push(document.createTextNode(text.slice(from, match.index)));
    from = match.index + whole.length;
    if (code !== undefined) nodes.push(make('code', {}, code.replace(/^ (?=`)|(?<=`) $/g, '')));
    else if (bold !== undefined) nodes.push(make('strong', {}, ...inline(bold)));
    else if (struck !== undefined) nodes.push(make('del', {}, ...inline(struck)));
    else if (italic !== undefined) nodes.push(make('em', {}, ...inline(italic)));
    else if (href !== undefined) nodes.push(toLink(href, ...(label === href ? [href] : inline(label ?? href))));
    else if (address !== undefined) nodes.push(toLink(address, address));
    else nodes.push(document.createTextNode(escaped ?? ''));
  }
  nodes.push(document.createTextNode(text.slice(from)));
  return nodes;
};

const withBreaks = (lines: readonly string[]): Node[] =>
  lines.flatMap((line, index) => (index === 0 ? inline(line) : [make('br'), ...inline(line)]));

const fence = /^\s*(`{3,}|~{3,})/;
const heading = /^#{1,6} +/;
const quoted = /^\s*> ?/;
const item = /^(\s*)(?:[-*+]|(\d{1,9})[.)]) +/;
const divider = /^\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$/;

const cellsOf = (line: string): string[] =>
  line
    .trim()
    .replace(/^\||\|$/g, '')
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replaceAll('\\|', '|'));

/** Blocks deeper in one another than this are shown as text. */
const depthMax = 6;

const blocks = (lines: readonly string[], tableLabel: string, depth = 0): Node[] => {
  const nodes: Node[] = [];
  let at = 0;
  const take = (test: (line: string) => boolean): string[] => {
    const from = at;
    while (at < lines.length && test(lines[at] ?? '')) at += 1;
    return lines.slice(from, at);
  };
  const startsTable = (index: number): boolean =>
    (lines[index] ?? '').includes('|') &&
    (lines[index + 1] ?? '').includes('|') &&
    divider.test(lines[index + 1] ?? '');
  const startsBlock = (line: string): boolean =>
    fence.test(line) || heading.test(line) || quoted.test(line) || item.test(line);

  while (at < lines.length) {
    const line = lines[at] ?? '';
    const [, indent = '', number] = item.exec(line) ?? [];
    if (line.trim() === '') at += 1;
    else if (depth === depthMax) nodes.push(make('p', {}, ...withBreaks(take(() => true))));
    else if (fence.test(line)) {
      const [, opening = ''] = fence.exec(line) ?? [];
      at += 1;
      // Only as many ticks again, and nothing else, end it.
      const code = take(
        (next) => !next.trim().startsWith(opening) || next.trim() !== next.trim()[0]?.repeat(next.trim().length),
      );
      nodes.push(make('pre', {}, make('code', {}, code.join('\n'))));
      at += 1;
    } else if (heading.test(line)) {
      at += 1;
      nodes.push(make('p', {}, make('strong', {}, ...inline(line.replace(heading, '')))));
    } else if (quoted.test(line)) {
      const inside = take((next) => quoted.test(next)).map((next) => next.replace(quoted, ''));
      nodes.push(make('blockquote', {}, ...blocks(inside, tableLabel, depth + 1)));
    } else if (startsTable(at)) {
      const [head = '', , ...rows] = take((next) => next.includes('|'));
      const row = (name: 'th' | 'td', text: string) =>
        make('tr', {}, ...cellsOf(text).map((cell) => make(name, {}, ...inline(cell))));
      const table = make('table', {}, row('th', head), ...rows.map((text) => row('td', text)));
      nodes.push(make('div', { class: 'table', tabindex: '0', role: 'group', 'aria-label': tableLabel }, table));
    } else if (item.test(line)) {
      const list = make(number === undefined ? 'ul' : 'ol', number === undefined ? {} : { start: number });
      for (let match = item.exec(lines[at] ?? ''); match; match = item.exec(lines[at] ?? '')) {
        if (match[1] !== indent || (match[2] === undefined) !== (number === undefined)) break;
        const first = (lines[at] ?? '').slice(match[0].length);
        at += 1;
        const more = take((next) => next.trim() !== '' && next.search(/\S/) > indent.length);
        const inside = more.map((next) => next.slice(Math.min(next.search(/\S/), match[0].length)));
        const own = inside.findIndex((next) => startsBlock(next));
        const words = own < 0 ? inside : inside.slice(0, own);
        list.append(
          make(
            'li',
            {},
            ...withBreaks([first, ...words]),
            ...blocks(inside.slice(words.length), tableLabel, depth + 1),
          ),
        );
        // A blank line between two items does not end the list.
        if ((lines[at] ?? '').trim() === '' && item.test(lines[at + 1] ?? '')) at += 1;
      }
      nodes.push(list);
    } else {
      const from = at;
      nodes.push(
        make(
          'p',
          {},
          ...withBreaks(take((next) => at === from || (next.trim() !== '' && !startsBlock(next) && !startsTable(at)))),
        ),
      );
    }
  }
  return nodes;
};

/** `tableLabel`: what a table is called for those who do not see it. */
export const markdown = (text: string, tableLabel: string): Node[] => blocks(text.split('\n'), tableLabel);
