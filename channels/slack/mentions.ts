import { fromMarkdown } from 'mdast-util-from-markdown';

/** Breaks a mention without being seen. */
const zeroWidthSpace = '\u200b';
const mentionPattern = /<(?=[!@#])|(?<!\w)@(?=(?:channel|here|everyone|group)\b)/gi;
const urlPattern = /https?:\/\/[^\s<>]+/gi;

type Span = readonly [start: number, end: number];

interface Node {
  readonly type: string;
  readonly position?:
    | { readonly start: { readonly offset?: number }; readonly end: { readonly offset?: number } }
    | undefined;
  readonly children?: readonly Node[];
}

const codeSpans = (node: Node): Span[] =>
  node.type === 'code' || node.type === 'inlineCode'
    ? [[node.position?.start.offset ?? 0, node.position?.end.offset ?? 0]]
    : (node.children ?? []).flatMap(codeSpans);

/**
 * Text in which nobody is called: `<!channel>`, `<@U…>`, `@here` and the like stay readable but reach no one.
 * Code and addresses are left as they are. A code span is what CommonMark says it is, so an escaped backtick hides nothing.
 */
export const neutralizeMentions = (markdown: string): string => {
  // To find code takes parsing all of it.
  if (markdown.search(mentionPattern) < 0) return markdown;
  const quiet = [
    ...codeSpans(fromMarkdown(markdown) as Node),
    ...[...markdown.matchAll(urlPattern)].map(({ 0: url, index }): Span => [index, index + url.length]),
  ];
  const isQuiet = (at: number) => quiet.some(([start, end]) => at >= start && at < end);
  return markdown.replace(mentionPattern, (found, at: number) => (isQuiet(at) ? found : found + zeroWidthSpace));
};
