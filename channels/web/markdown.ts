import { decodeEntities, isLineBreak, type Rewrite, rewriteMarkdown } from '../rewrite-markdown.ts';

const escape = (sign: string): string => sign.replaceAll(/[!-/:-@[-`{-~]/g, String.raw`\$&`);

const isWeb = (url: string): boolean => /^https?:\/\//i.test(url) && !/[\s<>]/.test(url);

const rewrite: Rewrite = (node, { source, inTable, inside, under }) => {
  switch (node.type) {
    case 'text':
      return decodeEntities(source, escape);
    case 'html':
      return isLineBreak(node) ? (inTable ? ' ' : '\n') : undefined;
    case 'heading':
      return `${'#'.repeat(node.depth)} ${inside(node).replaceAll(/\s*\n\s*/g, ' ')}`;
    case 'strong':
      return `**${inside(node)}**`;
    case 'emphasis': {
      const words = inside(node);
      return words.includes('*') ? `_${words}_` : `*${words}*`;
    }
    case 'delete':
      return `~~${inside(node)}~~`;
    case 'break':
      return '\n';
    case 'link': {
      if (isWeb(node.url)) return `[${inside(node)}](<${node.url}>)`;
      const [words, address] = [inside(node), node.url.replace(/^mailto:/, '')];
      return words === address || words === node.url ? address : `${words} (${address})`;
    }
    case 'image':
      return isWeb(node.url) ? `[${node.alt || node.url}](<${node.url}>)` : (node.alt ?? '');
    case 'code': {
      const fence = '`'.repeat(Math.max(3, ...[...node.value.matchAll(/`+/g)].map(({ 0: run }) => run.length + 1)));
      return under(node, `${fence}${node.lang ?? ''}\n${node.value}\n${fence}`);
    }
    default:
      return undefined;
  }
};

/** CommonMark in as much of it as the widget reads, so that the widget can be small. */
export const toWidgetMarkdown = (text: string): string => rewriteMarkdown(text, rewrite);
