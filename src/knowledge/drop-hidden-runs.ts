import { XMLBuilder, XMLParser } from 'fast-xml-parser';

/** An element: its children under its name, its attributes under `:@`. */
type Node = Readonly<Record<string, unknown>>;

const options = {
  preserveOrder: true,
  ignoreAttributes: false,
  processEntities: false,
  cdataPropName: '#cdata',
} as const;
const parser = new XMLParser({ ...options, trimValues: false, parseTagValue: false, maxNestedTags: 500 });
const builder = new XMLBuilder({ ...options, suppressEmptyNode: true });

const nameOf = (node: Node): string => Object.keys(node).find((key) => key !== ':@') ?? '';
/** Without the prefix, which each file may choose. */
const localName = (name: string): string => name.slice(name.indexOf(':') + 1);
const is = (node: Node, name: string): boolean => localName(nameOf(node)) === name;
const childrenOf = (node: Node | undefined): readonly Node[] => {
  const children = node && node[nameOf(node)];
  return Array.isArray(children) ? (children as Node[]) : [];
};
const childOf = (node: Node | undefined, ...path: readonly string[]): Node | undefined =>
  path.reduce<Node | undefined>((at, name) => childrenOf(at).find((child) => is(child, name)), node);
const attributeOf = (node: Node | undefined, wanted: string): string | undefined => {
  const attributes = Object.entries((node?.[':@'] ?? {}) as Readonly<Record<string, string>>);
  return attributes.find(([name]) => localName(name.slice('@_'.length)) === wanted)?.[1];
};

/** What properties say of being hidden; undefined where they say nothing. */
const saysHidden = (properties: Node | undefined): boolean | undefined => {
  const vanish = childOf(properties, 'vanish');
  return vanish && !['0', 'false', 'off'].includes(attributeOf(vanish, 'val') ?? '');
};

/** The ids of the styles that hide what is written in them, also by the style they are based on. */
const findHidingStyles = (trees: readonly (readonly Node[])[]): ReadonlySet<string> => {
  const roots = trees.flat().filter((node) => is(node, 'styles'));
  const byId = new Map(roots.flatMap(childrenOf).map((style) => [attributeOf(style, 'styleId'), style]));
  const hides = (style: Node | undefined, seen: ReadonlySet<Node> = new Set()): boolean => {
    if (style === undefined || seen.has(style)) return false;
    const base = byId.get(attributeOf(childOf(style, 'basedOn'), 'val'));
    return saysHidden(childOf(style, 'rPr')) ?? hides(base, new Set([...seen, style]));
  };
  return new Set([...byId].flatMap(([id, style]) => (id !== undefined && hides(style) ? [id] : [])));
};

const dropFrom = (nodes: readonly Node[], styles: ReadonlySet<string>, isInHidden: boolean): Node[] =>
  nodes.flatMap((node) => {
    const isStyled = (style: Node | undefined): boolean => styles.has(attributeOf(style, 'val') ?? '');
    const isHere = is(node, 'p') ? isStyled(childOf(node, 'pPr', 'pStyle')) : isInHidden;
    if (is(node, 'r')) {
      const properties = childOf(node, 'rPr');
      if (saysHidden(properties) ?? (isHere || isStyled(childOf(properties, 'rStyle')))) return [];
    }
    const name = nameOf(node);
    return Array.isArray(node[name]) ? [{ ...node, [name]: dropFrom(childrenOf(node), styles, isHere) }] : [node];
  });

/** The parts of a Word document without the words that Word hides. */
export const dropHiddenRuns = (parts: Readonly<Record<string, Uint8Array>>): Record<string, Uint8Array> => {
  // Most documents hide nothing, and stay as they are.
  if (!Object.values(parts).some((part) => /\bvanish\b/.test(Buffer.from(part).toString()))) return { ...parts };
  const trees = Object.entries(parts).map(
    ([name, part]) => [name, parser.parse(Buffer.from(part).toString()) as Node[]] as const,
  );
  const styles = findHidingStyles(trees.map(([, tree]) => tree));
  return Object.fromEntries(
    trees.map(([name, tree]) => [name, Buffer.from(String(builder.build(dropFrom(tree, styles, false))))]),
  );
};
