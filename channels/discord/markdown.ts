import type { Code, Link } from 'mdast';
import { toString } from 'mdast-util-to-string';
import {
  decodeEntities,
  inlineCodeOutside,
  isLineBreak,
  type Rewrite,
  rewriteMarkdown,
  type Writer,
} from '../rewrite-markdown.ts';

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

/** A label that looks like an address is not made a link there, nor is an address of another kind. */
const toLink = (node: Link, { source, inside }: Writer): string => {
  const words = toString(node);
  const address = node.url.replace(/^mailto:/, '');
  if (words === node.url || words === address || !/[[<]/.test(source[0] ?? '')) return address;
  const label = inside(node);
  if (!/^https?:/i.test(node.url)) return `${label} (${address})`;
  return words.includes('://') ? `${label} (<${node.url}>)` : `[${label}](<${node.url}>)`;
};

const toFence = (node: Code): string => {
  const lang = /^[\w+#.-]+$/.exec(node.lang ?? '')?.[0] ?? '';
  return `\`\`\`${lang}\n${node.value.replaceAll(/`(?=``)/g, `\`${unseen}`)}\n\`\`\``;
};

const rewrite: Rewrite = (node, writer) => {
  const { source, inTable, inside, under } = writer;
  switch (node.type) {
    case 'text':
      return withoutPings(withoutTokens(decodeEntities(source, escapeMarkdown))).replace(/^-#(?= )/, String.raw`\-#`);
    case 'html':
      return isLineBreak(node) ? '\n' : withoutPings(withoutTokens(source));
    case 'heading': {
      const words = inside(node).replaceAll(/\s*\n\s*/g, ' ');
      return node.depth > headingDepthMax ? writer.bold(node.children) : `${'#'.repeat(node.depth)} ${words}`;
    }
    case 'table':
      return under(node, writer.listRows(node));
    case 'image':
      return `[${escapeMarkdown(node.alt || 'image')}](<${node.url}>)`;
    case 'link':
      return toLink(node, writer);
    case 'inlineCode':
      return inTable ? inlineCodeOutside(source) : source;
    case 'strong':
      return `**${inside(node)}**`;
    case 'delete':
      return `~~${inside(node)}~~`;
    case 'break':
      return '\n';
    case 'code':
      return under(node, toFence(node));
    default:
      return undefined;
  }
};

/** Marks of blocks that the platform writes in one way only. */
const withOwnMarks: Rewrite = (node, writer) => {
  const rewritten = rewrite(node, writer);
  if (rewritten !== undefined) return rewritten;
  if (node.type !== 'blockquote' && node.type !== 'listItem') return undefined;
  const { source, inside } = writer;
  const marker = source.slice(0, (node.children[0]?.position?.start.offset ?? 0) - (node.position?.start.offset ?? 0));
  const written = marker + inside(node);
  return node.type === 'blockquote'
    ? written.replaceAll(/(?<=^[> ]*)>(?=>)/gm, '> ')
    : written.replace(/^[*+]/, '-').replace(/^(\d+)\)/, '$1.');
};

/** CommonMark in the Markdown of Discord: what it cannot show in what it can, everything else as it was written. */
export const toDiscordMarkdown = (text: string): string => rewriteMarkdown(text, withOwnMarks);
