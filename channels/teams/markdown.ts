import { inlineCodeOutside, isLineBreak, type Rewrite, rewriteMarkdown } from '../rewrite-markdown.ts';

const rewrite: Rewrite = (node, { source, inTable, bold, listRows, under }) => {
  switch (node.type) {
    case 'heading':
      return bold(node.children);
    case 'table':
      return under(node, listRows(node));
    case 'image':
      return `[${node.alt || node.url}](${node.url})`;
    case 'link':
      // `<https://…>` is a tag to Teams; the address alone is a link.
      return source.startsWith('<') ? node.url : undefined;
    case 'inlineCode':
      return inTable ? inlineCodeOutside(source) : source;
    case 'html':
      // Tags are shown as typed; `<at>` would look like a mention.
      return isLineBreak(node) ? '\n' : source.replaceAll('<', '&lt;');
    default:
      return undefined;
  }
};

/** CommonMark in the Markdown of Teams: no headings, tables, images or tags; everything else stays as it was written. */
export const toTeamsMarkdown = (text: string): string => rewriteMarkdown(text, rewrite);
