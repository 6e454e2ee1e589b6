import type { Code, Link, Nodes, PhrasingContent, Table, TableCell } from 'mdast';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { toString } from 'mdast-util-to-string';
import { gfm } from 'micromark-extension-gfm';

/** Discord knows headings of three levels. */
const headingDepthMax = 3;
const unseen = '\u{200b}';

/** An invisible space after the @ leaves the words and takes the ping. */
export const withoutPings = (text: string): string => text.replaceAll(/@(?=everyone|here)/g, `@${unseen}`);

/** Words that must show as they are. */
export const escapeMarkdown = (text: string): string =>
  withoutPings(text.replaceAll(/[\\`*_~|>[\]]/g, String.raw`\$&`));

/** Names of people, rooms, commands, times and pictures, which only our own code may write. */
const withoutTokens = (text: string): string =>
  text.replaceAll(/<(?=[@#]|\/\S|a?:\w|t:-?\d|id:)/g, `<${unseen}`).replaceAll('||', String.raw`\|\|`);

const decode = (text: string): string =>
  text.replaceAll(/&(?:#x[\da-f]{1,6}|#\d{1,7}|\w{2,31});/gi, (entity) => {
    const sign = toString(fromMarkdown(entity));
    return sign === entity ? entity : escapeMarkdown(sign);
  });

const lineBreak = /^<br\s*\/?>$/i;
// Without the last sweep for addresses, whose nodes would not say where they stand.
const mdastExtensions = gfmFromMarkdown().map((extension) => ({ ...extension, transforms: [] }));

/** CommonMark in the Markdown of Discord: what it cannot show in what it can, everything else as it was written. */
export function toDiscordMarkdown(text: string): string {
  let isInTable = false;
  const start = (node: Nodes): number => node.position?.start.offset ?? 0;
  const end = (node: Nodes): number => node.position?.end.offset ?? 0;
  /** What stands before a block on its line, list marks as blanks: its further lines need it too. */
  const leadOf = (node: Nodes): string =>
    text.slice(text.lastIndexOf('\n', start(node) - 1) + 1, start(node)).replaceAll(/[^>\s]/g, ' ');
  const under = (node: Nodes, lines: string): string => lines.replaceAll('\n', `\n${leadOf(node)}`);

  const between = (nodes: readonly Nodes[], from: number, to: number): string => {
    let written = '';
    let at = from;
    for (const node of nodes) {
      written += text.slice(at, start(node)) + write(node);
      at = end(node);
    }
    return written + text.slice(at, to);
  };
  const inside = ({ children }: { readonly children: readonly Nodes[] }): string => {
    const [first, last] = [children[0], children.at(-1)];
    return first && last ? between(children, start(first), end(last)) : '';
  };
  const bold = (nodes: readonly PhrasingContent[], after = ''): string => {
    const words = nodes.map((node) => (node.type === 'strong' ? inside(node) : write(node))).join('');
    return `**${words.replaceAll(/\s*\n\s*/g, ' ')}${after}**`;
  };

  const cellOf = (cell: TableCell): string => inside(cell).replaceAll('\n', ' ');
  /** Each row becomes one list item, its cells named by the heads of their columns. */
  const toList = ({ children: [head, ...rows] }: Table): string => {
    isInTable = true;
    const names = head?.children ?? [];
    const named = (cell: TableCell, column: number): string => {
      const name = names[column];
      const value = cellOf(cell);
      return name?.children.length && value ? `${bold(name.children, ':')} ${value}` : value;
    };
    const written =
      rows.length === 0
        ? [names.map((name) => bold(name.children))]
        : rows.map((row) => row.children.map(named).filter(Boolean));
    isInTable = false;
    return written.map((cells) => `- ${cells.join(', ')}`).join('\n');
  };

  /** A label that looks like an address is not made a link there, nor is an address of another kind. */
  const toLink = (node: Link): string => {
    const label = inside(node);
    const words = toString(node);
    if (words === node.url || start(node) === start(node.children[0] ?? node)) return node.url;
    if (!/^https?:/i.test(node.url))
      return words === node.url.replace(/^mailto:/, '') ? label : `${label} (${node.url})`;
    return words.includes('://') ? `${label} (<${node.url}>)` : `[${label}](<${node.url}>)`;
  };

  const toFence = (node: Code): string => {
    const lang = /^[\w+#.-]+$/.exec(node.lang ?? '')?.[0] ?? '';
    return under(node, `\`\`\`${lang}\n${node.value.replaceAll(/`(?=``)/g, `\`${unseen}`)}\n\`\`\``);
  };

  function write(node: Nodes): string {
    const own = text.slice(start(node), end(node));
    switch (node.type) {
      case 'text':
        return withoutPings(withoutTokens(decode(own))).replace(/^-#(?= )/, String.raw`\-#`);
      case 'html':
        return lineBreak.test(own) ? '\n' : withoutPings(withoutTokens(own));
      case 'heading': {
        const words = inside(node).replaceAll(/\s*\n\s*/g, ' ');
        return node.depth > headingDepthMax ? bold(node.children) : `${'#'.repeat(node.depth)} ${words}`;
      }
      case 'table':
        return under(node, toList(node));
      case 'inlineCode':
        // In a table a bar is written with a mark of escape, in a list it is a bar.
        return isInTable ? own.replaceAll(String.raw`\|`, '|') : own;
      case 'image':
        return `[${escapeMarkdown(node.alt || 'image')}](<${node.url}>)`;
      case 'link':
        return toLink(node);
      case 'strong':
        return `**${inside(node)}**`;
      case 'delete':
        return `~~${inside(node)}~~`;
      case 'break':
        return '\n';
      case 'code':
        return toFence(node);
      case 'blockquote':
        return between(node.children, start(node), end(node)).replaceAll(/(?<=^[> ]*)>(?=>)/gm, '> ');
      case 'listItem':
        return between(node.children, start(node), end(node))
          .replace(/^[*+]/, '-')
          .replace(/^(\d+)\)/, '$1.');
      default:
        return 'children' in node ? between(node.children, start(node), end(node)) : own;
    }
  }

  return write(fromMarkdown(text, { extensions: [gfm()], mdastExtensions }));
}
