import type { Definition, ListItem, Nodes } from 'mdast';

import { endOf, parseMarkdown, startOf } from './parse-markdown.ts';

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly written: string;
}

const definitionsIn = (node: Nodes): Definition[] =>
  node.type === 'definition' ? [node] : 'children' in node ? node.children.flatMap(definitionsIn) : [];

const toDestination = ({ url, title }: Definition): string =>
  `(<${url.replaceAll(/[<>]/g, (sign) => encodeURIComponent(sign))}>${title ? ` ${JSON.stringify(title)}` : ''})`;

/** Gives an item its number and keeps what belongs to it below its words. */
const renumber = (markdown: string, item: ListItem, number: number): Edit[] => {
  const start = startOf(item);
  const [digits = ''] = /^\d+/.exec(markdown.slice(start, start + 10)) ?? [];
  if (digits === '' || Number(digits) === number) return [];
  const edits = [{ start, end: start + digits.length, written: String(number) }];
  const grown = String(number).length - digits.length;
  const column = start - (markdown.lastIndexOf('\n', start - 1) + 1);
  for (let line = markdown.indexOf('\n', start) + 1; line > 0 && line < endOf(item);) {
    const lead = markdown.slice(line, line + column);
    if (grown > 0 && /^[ \t>]*$/.test(lead) && !/^\s*$/.test(markdown.slice(line).split('\n', 1)[0] ?? ''))
      edits.push({ start: line + column, end: line + column, written: ' '.repeat(grown) });
    line = markdown.indexOf('\n', line) + 1;
  }
  return edits;
};

/** The names that something refers to: what defines another is shown nowhere. */
const namesUsed = (node: Nodes): string[] =>
  node.type === 'linkReference' || node.type === 'imageReference'
    ? [node.identifier]
    : 'children' in node
      ? node.children.flatMap(namesUsed)
      : [];

/**
 * CommonMark whose blocks mean the same apart from each other: links written out where they referred to a definition, and
 * each item of a numbered list under its own number. A definition that nothing refers to becomes words, for it to be seen.
 */
export const toStandalone = (markdown: string): string => {
  if (!/^[ \t>]*(?:\[[^\]]+\]:|\d{1,9}[.)] )/m.test(markdown)) return markdown;
  const tree = parseMarkdown(markdown);
  // Of several with one name the first counts.
  const definitions = new Map(
    definitionsIn(tree)
      .toReversed()
      .map((found) => [found.identifier, found]),
  );
  const used = new Set(namesUsed(tree));
  const edits: Edit[] = [];
  const visit = (node: Nodes): void => {
    if (node.type === 'definition') {
      const start = startOf(node);
      const isUsed = used.has(node.identifier) && definitions.get(node.identifier) === node;
      edits.push(isUsed ? { start, end: endOf(node), written: '' } : { start, end: start, written: '\\' });
    }
    if (node.type === 'linkReference' || node.type === 'imageReference') {
      const definition = definitions.get(node.identifier);
      const written = markdown.slice(startOf(node), endOf(node));
      // `[label][name]` keeps its label, `[label]` is label and name in one.
      const label = node.referenceType === 'shortcut' ? written : written.slice(0, written.lastIndexOf('['));
      if (definition)
        edits.push({
          start: startOf(node) + label.length,
          end: endOf(node),
          written: toDestination(definition),
        });
    }
    if (node.type === 'list' && node.ordered)
      for (const [index, item] of node.children.entries())
        edits.push(...renumber(markdown, item, (node.start ?? 1) + index));
    if ('children' in node) node.children.forEach(visit);
  };
  visit(tree);
  return edits
    .toSorted((a, b) => a.start - b.start)
    .reduceRight((text, { start, end, written }) => text.slice(0, start) + written + text.slice(end), markdown);
};
