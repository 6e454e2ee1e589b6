import type { Nodes, Table } from 'mdast';
import { toString as plainText } from 'mdast-util-to-string';
import { parseMarkdown, sourceOf, spanOf } from './markdown.ts';
import type { SourceDocument } from './document.ts';
import { sentencesOf } from './sentences.ts';

export interface SplitOptions {
  /** A passage is closed when the next block would make it longer than this. */
  readonly targetChars: number;
  /** No block is kept whole beyond this. A table row or a code line is cut only when it alone is longer. */
  readonly maxChars: number;
  /** How much of the end of a passage is repeated, in whole sentences, at the start of the next under the same heading. */
  readonly overlapChars: number;
}

export interface PassageDraft {
  /** From 0, in the order of the document. */
  readonly ordinal: number;
  /** The headings above, outermost first: "Returns > Exchanges". Empty above the first. */
  readonly heading: string;
  /** CommonMark. */
  readonly text: string;
}

/** Changes when the same document would be split differently, so that stored passages are made again. */
export const splitVersion = 1;

const defaults: SplitOptions = { targetChars: 900, maxChars: 1400, overlapChars: 0 };

/** A piece that is not cut again. */
interface Block {
  readonly text: string;
  readonly path: readonly string[];
  readonly isHeading: boolean;
  /** What stands between it and the block before, when both are in one passage. */
  readonly joint: string;
}

/**
 * Cuts a document into passages: at headings first, then between blocks, list items and table rows, then between
 * sentences. Short neighboring sections share a passage, and then their headings stand in its text.
 */
export function split(document: Pick<SourceDocument, 'text'>, options: Partial<SplitOptions> = {}): PassageDraft[] {
  const settings = { ...defaults, ...options };
  const passages = pack(blocksOf(document.text, settings), settings);
  return passages.map((blocks, ordinal) => toDraft(blocks, ordinal, passages[ordinal - 1], settings));
}

function blocksOf(source: string, settings: SplitOptions): Block[] {
  const blocks: Block[] = [];
  const path: { title: string; depth: number }[] = [];
  let previousEnd = 0;
  for (const node of parseMarkdown(source).children) {
    const { start, end } = spanOf(node);
    if (node.type === 'heading') {
      while (path.length > 0 && path.at(-1)!.depth >= node.depth) path.pop();
      path.push({ title: plainText(node).replace(/\s+/g, ' ').trim(), depth: node.depth });
    }
    const titles = path.map(({ title }) => title).filter((title) => title !== '');
    const pieces =
      node.type === 'heading' ? [{ text: sourceOf(node, source), joint: '' }] : cut(node, source, settings);
    pieces.forEach(({ text, joint }, index) => {
      // Between blocks the source's own white space stands, which keeps loose and tight lists what they were.
      const between = index === 0 ? source.slice(previousEnd, start) : joint;
      blocks.push({
        text,
        path: titles,
        isHeading: node.type === 'heading',
        joint: between.trim() === '' ? between : '\n\n',
      });
    });
    previousEnd = end;
  }
  return blocks;
}

interface Piece {
  readonly text: string;
  readonly joint: string;
}

/** A block as one piece if it fits, else as the largest pieces that do. */
function cut(node: Nodes, source: string, settings: SplitOptions): Piece[] {
  const text = sourceOf(node, source);
  if (text.length <= settings.maxChars) return [{ text, joint: '\n\n' }];
  switch (node.type) {
    case 'list':
    case 'listItem':
    case 'blockquote':
      return node.children.flatMap((child) =>
        cut(child, source, settings).map((piece, index) =>
          index === 0 && node.type === 'list' ? { ...piece, joint: '\n' } : piece,
        ),
      );
    case 'table':
      return cutTable(node, source, settings);
    case 'code': {
      const [fence, closing] =
        node.position?.start.column === 1 && /^(?:`{3,}|~{3,})/.test(text) ? fences(text) : ['', ''];
      const lines =
        fence === ''
          ? text.split('\n')
          : text
              .slice(fence.length + 1)
              .replace(/\n[^\n]*$/, '')
              .split('\n');
      const size = settings.targetChars - fence.length - closing.length - 2;
      return gather(
        lines.flatMap((line) => hardCut(line, size)),
        '\n',
        size,
      ).map((body) => ({
        text: fence === '' ? body : `${fence}\n${body}\n${closing}`,
        joint: '\n\n',
      }));
    }
    default: {
      const sentences = sentencesOf(text).flatMap((sentence) => hardCut(sentence, settings.maxChars));
      return gather(sentences, '', settings.targetChars).map((sentence) => ({ text: sentence.trimEnd(), joint: ' ' }));
    }
  }
}

/** Every piece of a long table begins with the table's header, without which its rows say nothing. */
function cutTable(node: Table, source: string, settings: SplitOptions): Piece[] {
  const [header, ...rows] = node.children;
  if (header === undefined || rows.length === 0) return [{ text: sourceOf(node, source), joint: '\n\n' }];
  const head = source.slice(spanOf(header).start, spanOf(rows[0]!).start).trimEnd();
  const size = Math.max(1, settings.targetChars - head.length);
  return gather(
    rows.map((row) => sourceOf(row, source)),
    '\n',
    size,
  ).map((body) => ({ text: `${head}\n${body}`, joint: '\n\n' }));
}

const fences = (code: string): [opening: string, closing: string] => {
  const opening = code.slice(0, code.indexOf('\n'));
  return [opening, /^[`~]+/.exec(opening)![0]];
};

/** Joins neighbors as long as they stay within a size. */
function gather(parts: readonly string[], joint: string, size: number): string[] {
  const gathered: string[] = [];
  for (const part of parts) {
    const last = gathered.at(-1);
    if (last !== undefined && last.length + joint.length + part.length <= size)
      gathered[gathered.length - 1] = last + joint + part;
    else gathered.push(part);
  }
  return gathered;
}

/** Cuts at white space where there is any; never inside a surrogate pair. */
function hardCut(text: string, size: number): string[] {
  const parts: string[] = [];
  let rest = text;
  while (rest.length > size) {
    const space = rest.lastIndexOf(' ', size - 1);
    let at = space > size / 2 ? space + 1 : size;
    if (/[\uD800-\uDBFF]/.test(rest[at - 1]!)) at -= 1;
    parts.push(rest.slice(0, Math.max(1, at)));
    rest = rest.slice(Math.max(1, at));
  }
  return [...parts, rest];
}

function pack(blocks: readonly Block[], { targetChars }: SplitOptions): Block[][] {
  const passages: Block[][] = [];
  let current: Block[] = [];
  let length = 0;
  const close = () => {
    if (current.length > 0) passages.push(current);
    current = [];
    length = 0;
  };
  blocks.forEach((block, index) => {
    const holdsOnlyHeadings = current.every(({ isHeading }) => isHeading);
    // A heading is never parted from what follows, so a section is weighed up to the end of its first block at least.
    const needed = block.isHeading ? sectionLength(blocks, index) : block.text.length;
    if (!holdsOnlyHeadings && length + needed > targetChars) close();
    current.push(block);
    length += block.joint.length + block.text.length;
  });
  close();
  return passages;
}

/** The length of a section with everything below its heading. */
function sectionLength(blocks: readonly Block[], from: number): number {
  const depth = blocks[from]!.path.length;
  let length = 0;
  for (let index = from; index < blocks.length; index += 1) {
    const block = blocks[index]!;
    if (index > from && block.isHeading && block.path.length <= depth) break;
    length += block.joint.length + block.text.length;
  }
  return length;
}

function toDraft(blocks: Block[], ordinal: number, before: Block[] | undefined, settings: SplitOptions): PassageDraft {
  const body = blocks.filter(({ isHeading }) => !isHeading);
  const path = commonPath((body.length > 0 ? body : blocks).map((block) => block.path));
  // Leading headings that are part of the path would only be said twice.
  const isSaid = (block: Block) => block.isHeading && block.path.every((title, depth) => title === path[depth]);
  const first = body.length === 0 ? 0 : blocks.findIndex((block) => !isSaid(block));
  const text = blocks
    .slice(first)
    .map((block, index) => (index === 0 ? '' : block.joint) + block.text)
    .join('');
  const last = before?.at(-1);
  const overlap = last && !blocks[0]!.isHeading ? ending(last.text, settings.overlapChars) : '';
  return { ordinal, heading: path.join(' > '), text: overlap === '' ? text : `${overlap}\n\n${text}` };
}

function commonPath(paths: readonly (readonly string[])[]): readonly string[] {
  const [first = [], ...others] = paths;
  const differing = first.findIndex((title, depth) => others.some((path) => path[depth] !== title));
  const shortest = Math.min(...paths.map((path) => path.length));
  return first.slice(0, differing === -1 ? shortest : Math.min(differing, shortest));
}

function ending(text: string, lengthMax: number): string {
  const kept: string[] = [];
  for (const sentence of sentencesOf(text).toReversed()) {
    if (kept.join('').length + sentence.length > lengthMax) break;
    kept.unshift(sentence);
  }
  return kept.join('').trim();
}
