import type { Html, Nodes } from 'mdast';
import { htmlToMarkdown } from './html-to-markdown.ts';
import { parseMarkdown, spanOf, type Span } from './markdown.ts';
import { keepVisible } from './visible.ts';

interface Edit extends Span {
  readonly text: string;
}

/**
 * Markdown without what its reader would not see: HTML comments, scripts, hidden elements, invisible characters.
 * HTML that is seen becomes CommonMark. Code is left as it is.
 */
export function cleanMarkdown(markdown: string): string {
  const source = keepVisible(markdown.replace(/\r\n?/g, '\n'));
  if (!source.includes('<')) return source.trim();
  const edits: Edit[] = [];
  collectEdits(parseMarkdown(source), edits);
  let cleaned = '';
  let at = 0;
  for (const edit of edits) {
    cleaned += source.slice(at, edit.start) + edit.text;
    at = edit.end;
  }
  return (cleaned + source.slice(at)).replace(/\n{3,}/g, '\n\n').trim();
}

function collectEdits(parent: Nodes, edits: Edit[]): void {
  if (!('children' in parent)) return;
  const children = parent.children as Nodes[];
  for (let index = 0; index < children.length; index += 1) {
    const child = children[index]!;
    if (child.type !== 'html') {
      collectEdits(child, edits);
      continue;
    }
    const name = openTag(child);
    const last = name === undefined ? index : closingIndex(children, index, name);
    const span = { start: spanOf(child).start, end: spanOf(children[last]!).end };
    if (last > index) {
      // The element spans several nodes: unseen, it goes with its content; seen, only its tags go.
      const isSeen = htmlToMarkdown(`${child.value}seen`).text !== '';
      if (!isSeen) {
        edits.push({ ...span, text: '' });
        index = last;
        continue;
      }
    }
    edits.push({ ...spanOf(child), text: /^<br\s*\/?>$/i.test(child.value) ? '\n' : htmlToMarkdown(child.value).text });
  }
}

/** The name of an element this node opens and does not close itself. */
function openTag({ value }: Html): string | undefined {
  const name = /^<([a-z][\w-]*)(?:\s[^>]*)?>/i.exec(value)?.[1];
  if (name === undefined || /\/>\s*$/.test(value)) return undefined;
  return new RegExp(`</${name}\\s*>`, 'i').test(value) ? undefined : name;
}

/** The sibling that closes the element, counting elements of the same name in between; the last sibling if none does. */
function closingIndex(siblings: readonly Nodes[], from: number, name: string): number {
  if (/^(?:br|hr|img|input|meta|link|wbr|source|col)$/i.test(name)) return from;
  let depth = 0;
  for (let index = from; index < siblings.length; index += 1) {
    const node = siblings[index]!;
    if (node.type !== 'html') continue;
    depth += node.value.match(new RegExp(`<${name}[\\s>]`, 'gi'))?.length ?? 0;
    depth -= node.value.match(new RegExp(`</${name}\\s*>`, 'gi'))?.length ?? 0;
    if (depth <= 0) return index;
  }
  return siblings.length - 1;
}
