/** Text marks (bold, italic, code, links) as DOM nodes. Nothing here ever parses HTML: unknown input stays text. */

/** Deeper marks than this stay text; people do not nest them, attackers do. */
const maxDepth = 8;

/** The first of these that matches wins. Every repetition has an upper bound, so hostile text costs little time. */
const anyOf = (...marks: readonly RegExp[]) => new RegExp(marks.map(({ source }) => source).join('|'));

const markdownMarks = anyOf(
  /(?<ticks>`+)(?<code>[^`\n](?:[^\n]{0,1000}?[^`\n])??)\k<ticks>(?!`)/,
  /!?\[(?<label>[^\]\n]{1,500})\]\(<?(?<href>[^\s)<>]{1,2000})>?(?: "[^"\n]{0,500}")?\)/,
  /<(?<auto>https:\/\/[^\s<>]{1,2000})>/,
  /(?<url>\bhttps:\/\/[^\s<>"]{1,2000}[^\s<>".,;:!?)\]'*_~])/,
  /\*\*(?<bold>[^\s*](?:.{0,1000}?\S)??)\*\*/,
  /__(?<strong>\S(?:.{0,1000}?\S)??)__/,
  /~~(?<gone>\S(?:.{0,1000}?\S)??)~~/,
  /\*(?<soft>[^\s*](?:[^*\n]{0,1000}[^\s*])?)\*/,
  /(?<!\w)_(?<italic>[^\s_](?:[^_\n]{0,1000}[^\s_])?)_(?!\w)/,
  /\\(?<escaped>[!-/:-@[-`{-~])/,
);

const mrkdwnMarks = anyOf(
  /`(?<code>[^`\n]{1,1000})`/,
  /<(?<href>https?:\/\/[^\s<>|]{1,2000}|mailto:[^\s<>|]{1,500})(?:\|(?<label>[^<>\n]{1,500}))?>/,
  /<[@#!](?<mention>[^<>\n]{1,200})>/,
  /(?<!\w)\*(?<bold>[^\s*](?:[^*\n]{0,1000}[^\s*])?)\*(?!\w)/,
  /(?<!\w)_(?<italic>[^\s_](?:[^_\n]{0,1000}[^\s_])?)_(?!\w)/,
  /(?<!\w)~(?<gone>[^\s~](?:[^~\n]{0,1000}[^\s~])?)~(?!\w)/,
);

const tags = { bold: 'strong', strong: 'strong', italic: 'em', soft: 'em', gone: 's' } as const;

export type Markup = 'markdown' | 'mrkdwn';

/** Slack escapes exactly these three; they are decoded last, so that decoded text is never read as a mark. */
export const decode = (text: string, markup: Markup) =>
  markup === 'markdown'
    ? text
    : text.replace(/&(lt|gt|amp);/g, (_, name: string) => (name === 'lt' ? '<' : name === 'gt' ? '>' : '&'));

function appendText(parent: Node, text: string) {
  text.split('\n').forEach((line, index) => {
    if (index > 0) parent.appendChild(document.createElement('br'));
    if (line) parent.appendChild(document.createTextNode(line));
  });
}

function wrapped(tag: string, text: string): HTMLElement {
  const element = document.createElement(tag);
  element.textContent = text;
  return element;
}

/** The web, and the help pages of this sandbox. */
const isSafe = (href: string) => {
  const url = URL.parse(href);
  if (url?.protocol === 'http:') return url.hostname === 'localhost' || url.hostname === location.hostname;
  return url?.protocol === 'https:';
};

/** A safe address becomes a link; any other is shown as words, so that nobody is led elsewhere. */
export function link(href: string, fill: (parent: Node) => void): Node {
  if (!isSafe(href)) {
    const words = document.createElement('span');
    fill(words);
    if (words.textContent !== href) words.append(` (${href})`);
    return words;
  }
  const anchor = document.createElement('a');
  anchor.href = href;
  anchor.rel = 'noopener noreferrer';
  anchor.target = '_blank';
  fill(anchor);
  return anchor;
}

function marked(groups: Record<string, string | undefined>, markup: Markup, depth: number): Node {
  const inside = (text: string) => (parent: Node) => appendInline(parent, text, markup, depth + 1);
  if (groups['code'] !== undefined) return wrapped('code', decode(groups['code'], markup));
  const href = groups['href'] ?? groups['auto'] ?? groups['url'];
  if (href !== undefined) {
    const target = decode(href, markup);
    const label = groups['label'];
    return link(target, label === undefined ? (parent) => appendText(parent, target) : inside(label));
  }
  if (groups['mention'] !== undefined) {
    const [who, name] = groups['mention'].split('|');
    const mention = wrapped('span', `@${name ?? who}`);
    mention.className = 'mention';
    return mention;
  }
  for (const [name, tag] of Object.entries(tags)) {
    const text = groups[name];
    if (text === undefined) continue;
    const element = document.createElement(tag);
    inside(text)(element);
    return element;
  }
  return document.createTextNode(groups['escaped'] ?? '');
}

/** Appends one run of text with its marks; line ends become line breaks, as on every chat platform. */
export function appendInline(parent: Node, text: string, markup: Markup, depth = 0): void {
  const marks = markup === 'markdown' ? markdownMarks : mrkdwnMarks;
  let rest = text;
  for (let match = depth < maxDepth ? marks.exec(rest) : null; match; match = marks.exec(rest)) {
    appendText(parent, decode(rest.slice(0, match.index), markup));
    parent.appendChild(marked(match.groups ?? {}, markup, depth));
    rest = rest.slice(match.index + match[0].length);
  }
  appendText(parent, decode(rest, markup));
}
