import type { Nodes, PhrasingContent, Table, TableCell } from 'mdast';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { toString } from 'mdast-util-to-string';
import { gfm } from 'micromark-extension-gfm';

export interface Writer {
  readonly source: string;
  /** The node is inside a table. */
  readonly inTable: boolean;
  readonly write: (node: Nodes) => string;
  /** What is between the marks of a node, rewritten. */
  readonly inside: (node: { readonly children: readonly Nodes[] }) => string;
  /** Lines in place of a block: all but the first get what stands before the block on its line. */
  readonly under: (node: Nodes, lines: string) => string;
  readonly bold: (nodes: readonly PhrasingContent[], after?: string) => string;
  /** A table as a list: each row an item, its cells named by the heads of their columns. */
  readonly listRows: (table: Table) => string;
}

/** How one node is written, or undefined where it stays as it is but for what is in it. */
export type Rewrite = (node: Nodes, writer: Writer) => string | undefined;

const start = (node: Nodes): number => node.position?.start.offset ?? 0;
const end = (node: Nodes): number => node.position?.end.offset ?? 0;
// Without the last sweep for addresses, whose nodes would not say where they stand.
const mdastExtensions = gfmFromMarkdown().map((extension) => ({ ...extension, transforms: [] }));
const extensions = [gfm()];

const lineBreak = /^<br\s*\/?>$/i;
export const isLineBreak = (node: Nodes): boolean => node.type === 'html' && lineBreak.test(node.value);

/** Named signs as themselves, each through `escape`. */
export const decodeEntities = (text: string, escape: (sign: string) => string): string =>
  text.replaceAll(/&(?:#x[\da-f]{1,6}|#\d{1,7}|\w{2,31});/gi, (entity) => {
    const sign = toString(fromMarkdown(entity));
    return sign === entity ? entity : escape(sign);
  });

/** CommonMark with tables, node by node in what a platform knows of it; what is not rewritten stays as it was written. */
export const rewriteMarkdown = (text: string, rewrite: Rewrite): string => {
  let tables = 0;
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
  const inside: Writer['inside'] = ({ children }) => {
    const [first, last] = [children[0], children.at(-1)];
    return first && last ? between(children, start(first), end(last)) : '';
  };
  const bold: Writer['bold'] = (nodes, after = '') => {
    const words = nodes.map((node) => (node.type === 'strong' ? inside(node) : write(node))).join('');
    return `**${words.replaceAll(/\s*\n\s*/g, ' ')}${after}**`;
  };
  const listRows: Writer['listRows'] = ({ children: [head, ...rows] }) => {
    tables += 1;
    const names = head?.children ?? [];
    const named = (cell: TableCell, column: number): string => {
      const name = names[column];
      const value = inside(cell).replaceAll(/\s*\n\s*/g, ' ');
      return name?.children.length && value ? `${bold(name.children, ':')} ${value}` : value;
    };
    const written =
      rows.length === 0
        ? [names.map((name) => bold(name.children))]
        : rows.map((row) => row.children.map(named).filter(Boolean));
    tables -= 1;
    return written.map((cells) => `- ${cells.join(', ')}`).join('\n');
  };
  const under: Writer['under'] = (node, lines) => lines.replaceAll('\n', `\n${leadOf(node)}`);

  const write = (node: Nodes): string => {
    const source = text.slice(start(node), end(node));
    const rewritten = rewrite(node, { source, inTable: tables > 0, write, inside, under, bold, listRows });
    if (rewritten !== undefined) return rewritten;
    return 'children' in node ? between(node.children, start(node), end(node)) : source;
  };
  return write(fromMarkdown(text, { extensions, mdastExtensions }));
};

/** Code in a table writes its bars with a mark of escape, which it needs nowhere else. */
export const inlineCodeOutside = (source: string): string => source.replaceAll(String.raw`\|`, '|');
