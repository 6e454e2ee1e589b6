import type { BlockContent, List, ListItem, PhrasingContent, Root, TableRow } from 'mdast';

import { markdown } from '#channels/web/widget/markdown.ts';

import { readTree, type Reading, withMailAddresses } from './reading.ts';

/** As much of a document as the widget asks for. */
class Leaf {
  readonly data: string;
  constructor(data: string) {
    this.data = data;
  }
}
class Element {
  readonly name: string;
  readonly attributes = new Map<string, string>();
  readonly children: (Element | Leaf)[] = [];
  constructor(name: string) {
    this.name = name;
  }
  setAttribute(name: string, value: string): void {
    this.attributes.set(name, value);
  }
  append(...nodes: (Element | Leaf | string)[]): void {
    this.children.push(...nodes.map((node) => (typeof node === 'string' ? new Leaf(node) : node)));
  }
}
const page = {
  createElement: (name: string) => new Element(name),
  createTextNode: (data: string) => new Leaf(data),
};

const inlineNames = { strong: 'strong', em: 'emphasis', del: 'delete' } as const;

const toPhrasing = (node: Element | Leaf): PhrasingContent[] => {
  if (node instanceof Leaf) return [{ type: 'text', value: node.data }];
  const children = node.children.flatMap(toPhrasing);
  if (node.name === 'br') return [{ type: 'break' }];
  if (node.name === 'code')
    return [{ type: 'inlineCode', value: children.map((one) => ('value' in one ? one.value : '')).join('') }];
  if (node.name === 'a') return [{ type: 'link', url: node.attributes.get('href') ?? '', children }];
  const name = inlineNames[node.name as keyof typeof inlineNames];
  return name ? [{ type: name, children }] : children;
};

const blockNames = new Set(['p', 'pre', 'ul', 'ol', 'blockquote', 'div', 'table', 'hr']);
const isBlock = (node: Element | Leaf): node is Element => node instanceof Element && blockNames.has(node.name);

const toBlocks = (nodes: readonly (Element | Leaf)[]): BlockContent[] => {
  const blocks: BlockContent[] = [];
  let words: PhrasingContent[] = [];
  const flush = (): void => {
    if (words.length > 0) blocks.push({ type: 'paragraph', children: words });
    words = [];
  };
  for (const node of nodes) {
    if (!isBlock(node)) {
      words.push(...toPhrasing(node));
      continue;
    }
    flush();
    blocks.push(...toBlock(node));
  }
  flush();
  return blocks;
};

const toBlock = (node: Element): BlockContent[] => {
  const elements = node.children.filter((child) => child instanceof Element);
  switch (node.name) {
    case 'p':
      return [{ type: 'paragraph', children: node.children.flatMap(toPhrasing) }];
    case 'pre': {
      const [code] = node.children.flatMap(toPhrasing);
      return [{ type: 'code', value: code?.type === 'inlineCode' ? code.value : '' }];
    }
    case 'blockquote':
      return [{ type: 'blockquote', children: toBlocks(node.children) }];
    case 'table': {
      const row = (one: Element): TableRow => ({
        type: 'tableRow',
        children: one.children.map((cell) => ({
          type: 'tableCell',
          children: cell instanceof Element ? cell.children.flatMap(toPhrasing) : [],
        })),
      });
      return [{ type: 'table', children: elements.map(row) }];
    }
    case 'ul':
    case 'ol': {
      const items = elements.map((one): ListItem => ({ type: 'listItem', children: toBlocks(one.children) }));
      const list: List = {
        type: 'list',
        ordered: node.name === 'ol',
        start: Number(node.attributes.get('start') ?? 1),
        children: items,
      };
      return [list];
    }
    default:
      return elements.flatMap(toBlock);
  }
};

/** A message of the web channel as the widget draws it. */
export const readWidgetMessage = (text: string): Reading => {
  Object.assign(globalThis, { document: page });
  const root: Root = { type: 'root', children: toBlocks(markdown(text, 'Table') as unknown as (Element | Leaf)[]) };
  return withMailAddresses(readTree(root));
};
