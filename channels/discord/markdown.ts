import type { Nodes, Table } from 'mdast';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { toString } from 'mdast-util-to-string';
import { gfm } from 'micromark-extension-gfm';

/** Discord knows headings of three levels. */
const headingDepthMax = 3;

/** Each row becomes one list item, its cells named by the heads of their columns. */
function toList(table: Table): string {
  const [head, ...rows] = table.children.map((row) => row.children.map((cell) => toString(cell)));
  return rows
    .map(
      (cells) => `- ${cells.map((cell, index) => (head?.[index] ? `**${head[index]}:** ${cell}` : cell)).join(', ')}`,
    )
    .join('\n');
}

/** What Discord cannot show, in what it can; undefined for all the rest. */
function rewrite(node: Nodes): string | undefined {
  if (node.type === 'heading' && node.depth > headingDepthMax) return `**${toString(node)}**`;
  if (node.type === 'table') return toList(node);
  if (node.type === 'image') return `[${node.alt || 'image'}](<${node.url}>)`;
  return undefined;
}

/** An invisible space after the @ leaves the words and takes the ping. */
export const withoutPings = (text: string): string => text.replaceAll(/@(?=everyone|here)/g, '@\u{200b}');

/** Words that must show as they are. */
export const escapeMarkdown = (text: string): string =>
  withoutPings(text.replaceAll(/[\\`*_~|>[\]]/g, String.raw`\$&`));

/** CommonMark in the Markdown of Discord: no tables, no images, no deep headings; everything else stays as it was written. */
export function toDiscordMarkdown(text: string): string {
  const edits: { start: number; end: number; written: string }[] = [];
  const visit = (node: Nodes): void => {
    const written = rewrite(node);
    if (written !== undefined)
      edits.push({ start: node.position?.start.offset ?? 0, end: node.position?.end.offset ?? 0, written });
    else if ('children' in node) node.children.forEach(visit);
  };
  visit(fromMarkdown(text, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] }));
  return withoutPings(
    edits.reduceRight((result, { start, end, written }) => result.slice(0, start) + written + result.slice(end), text),
  );
}
