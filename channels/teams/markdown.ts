import type { Nodes, PhrasingContent, Table, TableCell } from 'mdast';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { gfm } from 'micromark-extension-gfm';

const lineBreak = /^<br\s*\/?>$/i;
// Without the last sweep for addresses, whose nodes would not say where they stand.
const mdastExtensions = gfmFromMarkdown().map((extension) => ({ ...extension, transforms: [] }));

/** CommonMark in the Markdown of Teams: no headings, tables, images or tags; everything else stays as it was written. */
export function toTeamsMarkdown(text: string): string {
  let isInTable = false;
  const start = (node: Nodes): number => node.position?.start.offset ?? 0;
  const end = (node: Nodes): number => node.position?.end.offset ?? 0;
  /** What stands before a block on its line, list marks as blanks: its further lines need it too. */
  const leadOf = (node: Nodes): string =>
    text.slice(text.lastIndexOf('\n', start(node) - 1) + 1, start(node)).replaceAll(/[^>\s]/g, ' ');

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
    return first && last ? between(children, start(first), end(last)).replaceAll(/\s*\n\s*/g, ' ') : '';
  };
  const bold = (nodes: readonly PhrasingContent[], after = ''): string => {
    const words = nodes.map((node) => (node.type === 'strong' ? inside(node) : write(node))).join('');
    return `**${words.replaceAll(/\s*\n\s*/g, ' ')}${after}**`;
  };

  /** Each row becomes one list item, its cells named by the heads of their columns. */
  const toList = ({ children: [head, ...rows] }: Table): string => {
    isInTable = true;
    const names = head?.children ?? [];
    const named = (cell: TableCell, column: number): string => {
      const name = names[column];
      const value = inside(cell);
      return name?.children.length && value ? `${bold(name.children, ':')} ${value}` : value;
    };
    const written =
      rows.length === 0
        ? [names.map((name) => bold(name.children))]
        : rows.map((row) => row.children.map(named).filter(Boolean));
    isInTable = false;
    return written.map((cells) => `- ${cells.join(', ')}`).join('\n');
  };

  function write(node: Nodes): string {
    const own = text.slice(start(node), end(node));
    switch (node.type) {
      case 'heading':
        return bold(node.children);
      case 'table':
        return toList(node).replaceAll('\n', `\n${leadOf(node)}`);
      case 'inlineCode':
        // In a table a bar is written with a mark of escape, in a list it is a bar.
        return isInTable ? own.replaceAll(String.raw`\|`, '|') : own;
      case 'image':
        return `[${node.alt || node.url}](${node.url})`;
      case 'link':
        // `<https://…>` is a tag to Teams; the address alone is a link.
        return own.startsWith('<') ? node.url : between(node.children, start(node), end(node));
      case 'html':
        // Tags are shown as typed; `<at>` would look like a mention.
        return lineBreak.test(own) ? '\n' : own.replaceAll('<', '&lt;');
      default:
        return 'children' in node ? between(node.children, start(node), end(node)) : own;
    }
  }

  return write(fromMarkdown(text, { extensions: [gfm()], mdastExtensions }));
}
