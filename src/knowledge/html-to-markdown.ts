import type { Element, Root, RootContent } from 'hast';
import type { Root as MarkdownRoot } from 'mdast';
import rehypeParse from 'rehype-parse';
import rehypeRemark from 'rehype-remark';
import remarkGfm from 'remark-gfm';
import remarkStringify from 'remark-stringify';
import { unified } from 'unified';

import { type Ink, inkOf, inkOfPage, isLegible, isUnseen } from './unseen.ts';

export interface HtmlText {
  /** CommonMark. */
  readonly text: string;
  readonly title?: string;
  readonly language?: string;
}

/**
 * What a browser shows of a page, as CommonMark. Scripts, comments and elements a reader cannot see are left out:
 * hidden text is where instructions to an assistant are planted.
 */
export function htmlToMarkdown(html: string): HtmlText {
  const tree = unified().use(rehypeParse, { fragment: false }).parse(html);
  const title = textOf(findElement(tree, 'title')).trim();
  const language = findElement(tree, 'html')?.properties['lang'];
  dropUnseen(tree, inkOfPage);
  const markdown = unified().use(rehypeRemark).runSync(tree) as unknown as MarkdownRoot;
  const text = unified()
    .use(remarkGfm)
    .use(remarkStringify, { bullet: '-', rule: '-', fences: true, resourceLink: true })
    .stringify(markdown)
    .trim();
  return { text, ...(title && { title }), ...(typeof language === 'string' && { language }) };
}

function dropUnseen(parent: Root | Element, around: Ink): void {
  parent.children = (parent.children as RootContent[]).filter((child) => {
    if (child.type === 'text') return isLegible(around);
    if (child.type !== 'element') return false;
    // The title is metadata, and would otherwise become the first paragraph.
    if (child.tagName === 'title' || isUnseen(child)) return false;
    dropUnseen(child, inkOf(child, around));
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
