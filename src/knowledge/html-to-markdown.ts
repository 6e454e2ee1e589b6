import type { Element, Root, RootContent } from 'hast';
import type { Root as MarkdownRoot } from 'mdast';
import rehypeParse from 'rehype-parse';
import rehypeRemark from 'rehype-remark';
import remarkGfm from 'remark-gfm';
import remarkStringify from 'remark-stringify';
import { unified } from 'unified';

export interface HtmlText {
  /** CommonMark. */
  readonly text: string;
  readonly title?: string;
  readonly language?: string;
}

/** Elements that are never the content of a page. */
const dropped = new Set([
  'script', 'style', 'noscript', 'template', 'iframe', 'object', 'embed', 'svg', 'canvas',
  'nav', 'form', 'input', 'button', 'select', 'textarea', 'dialog', 'link', 'meta',
]); // prettier-ignore

const hiddenStyle =
  /(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|opacity\s*:\s*0?\.?0+(?:\s*[;!]|\s*$)|font-size\s*:\s*0(?:\.0+)?(?:[a-z%]*)\s*(?:[;!]|$))/i;

/** Far outside of the page, or too small to be read. */
const awayStyle = /(?:left|top|text-indent)\s*:\s*-\d{3,}|font-size\s*:\s*(?:0?\.\d+|1)px/i;
const whiteText = /(?:^|[;\s])color\s*:\s*(?:white|#fff(?:fff)?\b|rgb\(\s*255\s*,\s*255\s*,\s*255\s*\))/i;
const background = /background(?:-color)?\s*:\s*([^;]+)/i;
const whiteBackground = /^\s*(?:white|transparent|none|#fff(?:fff)?\b|rgb\(\s*255\s*,\s*255\s*,\s*255\s*\))/i;

/**
 * What a browser shows of a page, as CommonMark. Scripts, comments and elements a reader cannot see are left out:
 * hidden text is where instructions to an assistant are planted.
 */
export function htmlToMarkdown(html: string): HtmlText {
  const tree = unified().use(rehypeParse, { fragment: false }).parse(html);
  const title = textOf(findElement(tree, 'title')).trim();
  const language = findElement(tree, 'html')?.properties['lang'];
  dropUnseen(tree);
  const markdown = unified().use(rehypeRemark).runSync(tree) as unknown as MarkdownRoot;
  const text = unified()
    .use(remarkGfm)
    .use(remarkStringify, { bullet: '-', rule: '-', fences: true, resourceLink: true })
    .stringify(markdown)
    .trim();
  return { text, ...(title && { title }), ...(typeof language === 'string' && { language }) };
}

/** True for an element whose content a reader of the page would not see. */
export function isUnseen(element: Element): boolean {
  const { properties } = element;
  return (
    dropped.has(element.tagName) ||
    (properties['hidden'] !== undefined && properties['hidden'] !== false) ||
    String(properties['ariaHidden'] ?? '') === 'true' ||
    hiddenStyle.test(String(properties['style'] ?? '')) ||
    awayStyle.test(String(properties['style'] ?? ''))
  );
}

/** Whether what is in an element stands on another color than the page's own. */
const standsOnColor = ({ properties }: Element, isOnColor: boolean): boolean => {
  const own = background.exec(String(properties['style'] ?? ''))?.[1];
  return own === undefined ? isOnColor : !whiteBackground.test(own);
};

function dropUnseen(parent: Root | Element, isOnColor = false): void {
  parent.children = (parent.children as RootContent[]).filter((child) => {
    if (child.type === 'comment') return false;
    if (child.type !== 'element') return true;
    // The title is metadata, and would otherwise become the first paragraph.
    if (child.tagName === 'title' || isUnseen(child)) return false;
    const isColored = standsOnColor(child, isOnColor);
    if (!isColored && whiteText.test(String(child.properties['style'] ?? ''))) return false;
    dropUnseen(child, isColored);
    return true;
  }) as typeof parent.children;
}

function findElement(parent: Root | Element, tagName: string): Element | undefined {
  for (const child of parent.children) {
    if (child.type !== 'element') continue;
    if (child.tagName === tagName) return child;
    const found = findElement(child, tagName);
    if (found) return found;
  }
  return undefined;
}

const textOf = (element: Element | undefined): string =>
  (element?.children ?? []).map((child) => (child.type === 'text' ? child.value : '')).join('');
