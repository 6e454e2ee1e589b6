import type { Nodes, Table } from 'mdast';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { toString } from 'mdast-util-to-string';
import { gfm } from 'micromark-extension-gfm';

/** Each row becomes one list item, its cells named by the heads of their columns. */
function toList(table: Table): string {
  const [head, ...rows] = table.children.map((row) => row.children.map((cell) => toString(cell)));
  return rows
    .map(
      (cells) => `- ${cells.map((cell, index) => (head?.[index] ? `**${head[index]}:** ${cell}` : cell)).join(', ')}`,
    )
    .join('\n');
}

/** What Teams shows wrongly, written in what it shows well; undefined for all the rest. */
function rewrite(node: Nodes, source: string): string | undefined {
  if (node.type === 'heading') return `**${toString(node)}**`;
  if (node.type === 'table') return toList(node);
  if (node.type === 'image') return `[${node.alt || node.url}](${node.url})`;
  // Tags are shown as typed; `<at>` would look like a mention.
  if (node.type === 'html') return source.replaceAll('<', '&lt;');
  return undefined;
}

/** CommonMark in the Markdown of Teams: no headings, tables, images or tags; everything else stays as it was written. */
export function toTeamsMarkdown(text: string): string {
  const edits: { start: number; end: number; written: string }[] = [];
  const visit = (node: Nodes): void => {
    const start = node.position?.start.offset ?? 0;
    const end = node.position?.end.offset ?? 0;
    const written = rewrite(node, text.slice(start, end));
    if (written !== undefined) edits.push({ start, end, written });
    else if ('children' in node) node.children.forEach(visit);
  };
  visit(fromMarkdown(text, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] }));
  return edits.reduceRight(
    (result, { start, end, written }) => result.slice(0, start) + written + result.slice(end),
    text,
  );
}
