import type { BlockContent, Blockquote, Code, List, ListItem, Nodes, PhrasingContent, Root, Table } from 'mdast';

import { endOf, parseMarkdown, startOf } from './parse-markdown.ts';

/** A place where CommonMark can be cut so that both sides read as the whole did. */
export interface Cut {
  /** The part before ends here, and has `close` after it. */
  readonly end: number;
  readonly close: string;
  /** The part behind begins here, and has `reopen` before it. */
  readonly at: number;
  readonly reopen: string;
  /** How rough the cut is: the finest boundary is 0. */
  readonly rank: number;
}

export const rank = { block: 0, item: 1, row: 2, line: 3, sentence: 4, word: 5, inside: 6, character: 7 } as const;

/** Stands for what the part before has shown of a list item. */
const earlier = '…';
/** Words longer than this may be cut through. */
const wordLengthMax = 64;

const sentenceEnd = /[.!?:…。！？؟।۔]["'”’»)\]*_~`」』）]*$/;
const unspaced = /[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u9fff\uac00-\ud7af\uff00-\uffef]/;
const closing = /^[\p{Pe}\p{Pf}、。，．：；！？…・ー\p{M}]/u;
/** Words that would be something else at the start of a line. */
const startsBlock = /^(?:#{1,6}(?:\s|$)|[-+*](?:\s|$)|\d{1,9}[.)](?:\s|$)|>|`{3}|~{3}|\||[-=*_]{2,}|<)/;
const isCitation = /^\[\^?\d/;
/** Entities, escaped signs and citation marks. */
const atoms = /&[#\w]+;|\\[!-/:-@[-`{-~]|\[\^?\d+\]/g;

const words = new Intl.Segmenter(undefined, { granularity: 'word' });
const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

interface Container {
  readonly kind: 'quote' | 'item';
  /** What stands on its first line before its marker, other markers as blanks. */
  readonly lead: string;
  readonly marker: string;
}

interface Around {
  readonly chain: readonly Container[];
  readonly close: string;
  readonly reopen: string;
  /** No cut in here is finer than this. */
  readonly rankMin: number;
}

/** All places where this text can be cut, in reading order. */
export const findCuts = (markdown: string): Cut[] => {
  const cuts: Cut[] = [];
  const lineOf = (offset: number): number => markdown.lastIndexOf('\n', offset - 1) + 1;
  const leadOf = (node: Nodes): string =>
    markdown.slice(lineOf(startOf(node)), startOf(node)).replaceAll(/[^>\s]/g, ' ');
  const raw = (from: number, to: number): string => markdown.slice(from, to);

  /** What brings a list item back, so that what is indented below it still belongs to it. */
  const reopenItems = (chain: readonly Container[]): string =>
    chain
      .filter(({ kind }) => kind === 'item')
      .map(({ lead, marker }) => `${lead}${marker}${earlier}\n${lead.trimEnd()}\n`)
      .join('');

  /** What words of a paragraph need before them in a part of their own. */
  const reopenWords = (chain: readonly Container[], mark: string): string => {
    const last = chain.at(-1);
    if (!last) return mark;
    if (last.kind === 'quote') return reopenItems(chain) + last.lead + last.marker + mark;
    return `${reopenItems(chain.slice(0, -1))}${last.lead}${last.marker}${mark}${earlier} `;
  };

  const add = (around: Around, rough: number, end: number, at: number): void => {
    // A mark beside one of its own kind would be read as another mark.
    const touches = (one: string | undefined, other: string | undefined): boolean =>
      one === other && one !== undefined && /[*_~`]/.test(one);
    if (touches(markdown[end - 1], around.close[0]) || touches(markdown[at], around.reopen.at(-1))) return;
    cuts.push({ end, at, close: around.close, reopen: around.reopen, rank: Math.max(rough, around.rankMin) });
  };

  const cutText = (node: Nodes, around: Around, first: number, last: number): void => {
    const from = startOf(node);
    const text = raw(from, endOf(node));
    const quoted = around.chain.some(({ kind }) => kind === 'quote');
    const blank = quoted ? /[ \t]*\n[ \t]*(?:>[ \t]*)*|[ \t]+/g : /\s*\n\s*|[ \t]+/g;
    for (const { 0: gap, index } of text.matchAll(blank)) {
      const [end, at] = [from + index, from + index + gap.length];
      if (end <= first || at >= last || isCitation.test(raw(at, at + 3)) || startsBlock.test(raw(at, at + 12)))
        continue;
      const isSentence = sentenceEnd.test(raw(Math.max(first, end - 12), end));
      add(around, gap.includes('\n') ? rank.line : isSentence ? rank.sentence : rank.word, end, at);
    }
    if (unspaced.test(text))
      for (const { index } of words.segment(text)) {
        const [before = '', after = ''] = [text[index - 1], text.slice(index, index + 2)];
        if (index === 0 || !unspaced.test(before) || closing.test(after) || !/^[\p{L}\p{N}「『（]/u.test(after))
          continue;
        add(around, /[。！？」』]/.test(before) ? rank.sentence : rank.word, from + index, from + index);
      }
    cutLongWords(text, from, around);
  };

  const cutLongWords = (text: string, from: number, around: Around): void => {
    for (const { 0: word, index: start } of text.matchAll(/\S+/g)) {
      if (word.length <= wordLengthMax) continue;
      const whole = [...word.matchAll(atoms)].map(({ 0: atom, index }) => [index, index + atom.length] as const);
      for (const { index } of graphemes.segment(word))
        if (index > 0 && !whole.some(([begin, end]) => index > begin && index < end))
          add(around, rank.character, from + start + index, from + start + index);
    }
  };

  const cutInline = (children: readonly PhrasingContent[], around: Around, first: number, last: number): void => {
    for (const child of children) {
      const [start, end] = [startOf(child), endOf(child)];
      if (child.type === 'text') cutText(child, around, first, last);
      if (child.type === 'break') {
        const blank = /^[ \t>]*/.exec(raw(end, end + 40))?.[0].length ?? 0;
        if (!startsBlock.test(raw(end + blank, end + blank + 12))) add(around, rank.line, start, end + blank);
      }
      if (child.type === 'inlineCode') {
        const [fence = '`'] = /^`+/.exec(raw(start, end)) ?? [];
        const inside = { ...around, close: fence + around.close, reopen: around.reopen + fence, rankMin: rank.inside };
        const [from, to] = [start + fence.length, end - fence.length];
        for (const { index } of raw(from, to).matchAll(/ /g)) add(inside, rank.word, from + index, from + index + 1);
      }
      if (!('children' in child)) continue;
      const [opens, closes] = [child.children[0], child.children.at(-1)];
      if (!opens || !closes || (child.type === 'link' && startOf(opens) === start)) continue;
      cutInline(
        child.children,
        {
          chain: around.chain,
          close: raw(endOf(closes), end) + around.close,
          reopen: around.reopen + raw(start, startOf(opens)),
          rankMin: rank.inside,
        },
        startOf(opens),
        endOf(closes),
      );
    }
  };

  const cutCode = (node: Code, chain: readonly Container[]): void => {
    const [start, end] = [startOf(node), endOf(node)];
    const lead = leadOf(node);
    const [fence] = /^(?:`{3,}|~{3,})/.exec(raw(start, end)) ?? [];
    const head = fence ? `${lead}${raw(start, end).split('\n', 1)[0]}\n` : '';
    const around = {
      chain,
      close: fence ? `\n${lead}${fence}` : '',
      reopen: reopenItems(chain) + head,
      rankMin: rank.line,
    };
    const first = fence ? markdown.indexOf('\n', start) + 1 : lineOf(start);
    const isClosed = fence && lineOf(end) > start && /^[ \t>]*(?:`{3,}|~{3,})[ \t]*$/.test(raw(lineOf(end), end));
    const last = isClosed ? lineOf(end) : end;
    if (first === 0 && fence) return;
    for (let line = first; line < last;) {
      const next = markdown.indexOf('\n', line);
      const text = raw(line, next < 0 ? last : Math.min(next, last));
      if (line > first) add(around, rank.line, line - 1, line);
      const inside = { ...around, reopen: around.reopen + lead, rankMin: rank.inside };
      if (text.length > wordLengthMax && fence)
        for (const { index } of graphemes.segment(text))
          if (index > lead.length)
            add(inside, text[index - 1] === ' ' ? rank.inside : rank.character, line + index, line + index);
      if (next < 0) return;
      line = next + 1;
    }
  };

  const cutTable = (node: Table, chain: readonly Container[]): void => {
    const lead = leadOf(node);
    const [head] = node.children;
    if (!head) return;
    const divider = markdown.indexOf('\n', endOf(head)) + 1;
    const dividerText =
      raw(divider, endOf(node))
        .split('\n', 1)[0]
        ?.replace(/^[ \t>]*/, '') ?? '';
    const reopen = `${reopenItems(chain)}${lead}${raw(startOf(head), endOf(head))}\n${lead}${dividerText}\n`;
    const around = { chain, close: '', reopen, rankMin: rank.row };
    for (const [index, row] of node.children.entries()) {
      const previous = node.children[index - 1];
      if (index > 1 && previous) add(around, rank.row, endOf(previous), lineOf(startOf(row)));
      if (index === 0) continue;
      for (const [column, cell] of row.children.entries()) {
        const cells = {
          ...around,
          close: ' |',
          reopen: `${reopen}${lead}|${' |'.repeat(column)} `,
          rankMin: rank.sentence,
        };
        const [opens, closes] = [cell.children[0], cell.children.at(-1)];
        if (opens && closes) cutInline(cell.children, cells, startOf(opens), endOf(closes));
      }
    }
  };

  const cutLeaf = (node: Nodes, chain: readonly Container[]): void => {
    if (node.type === 'code') return cutCode(node, chain);
    if (node.type === 'table') return cutTable(node, chain);
    if (node.type !== 'paragraph' && node.type !== 'heading' && node.type !== 'html') return;
    const isMarked = node.type === 'heading' && markdown[startOf(node)] === '#';
    const around = {
      chain,
      close: '',
      reopen: reopenWords(chain, isMarked ? `${'#'.repeat(node.depth)} ` : ''),
      rankMin: rank.block,
    };
    if (node.type === 'html') cutText(node, around, startOf(node), endOf(node));
    else cutInline(node.children, around, startOf(node), endOf(node));
  };

  const containerOf = (node: Blockquote | ListItem): Container => {
    const [marker = '- '] = /^(?:>|[-*+]|\d{1,9}[.)])[ \t]{0,4}/.exec(raw(startOf(node), startOf(node) + 15)) ?? [];
    const kind = node.type === 'blockquote' ? 'quote' : 'item';
    return { kind, lead: leadOf(node), marker: kind === 'quote' ? '> ' : /\s$/.test(marker) ? marker : `${marker} ` };
  };

  const cutBlocks = (parent: Root | Blockquote | ListItem | List, chain: readonly Container[]): void => {
    const children: readonly (BlockContent | Nodes)[] = parent.children;
    const around = { chain, close: '', reopen: reopenItems(chain), rankMin: rank.block };
    for (const [index, node] of children.entries()) {
      const previous = children[index - 1];
      const rough =
        previous?.type === 'heading'
          ? rank.sentence
          : Math.min(rank.row, chain.length + (parent.type === 'list' ? 1 : 0));
      if (previous) add(around, rough, endOf(previous), lineOf(startOf(node)));
      if (node.type === 'list') cutBlocks(node, chain);
      else if (node.type === 'blockquote' || node.type === 'listItem') cutBlocks(node, [...chain, containerOf(node)]);
      else cutLeaf(node, chain);
    }
  };

  cutBlocks(parseMarkdown(markdown), []);
  return cuts
    .toSorted((a, b) => a.at - b.at || a.rank - b.rank)
    .filter((cut, index, all) => cut.at !== all[index - 1]?.at);
};
