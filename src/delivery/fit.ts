import type { ChannelLimits } from '#core/channel.ts';

const encoder = new TextEncoder();

export const lengthIn = (text: string, unit: ChannelLimits['textUnit']): number =>
  unit === 'bytes' ? encoder.encode(text).length : text.length;

const boundaries: readonly RegExp[] = [/\n\n/g, /\n/g, /[.!?…。！？]\s/gu, /\s/g];

/** The longest head within the limit, in the platform's own unit, never through a grapheme. */
const headLength = (text: string, limit: number, unit: ChannelLimits['textUnit']): number => {
  let used = 0;
  for (const { segment, index } of new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(text)) {
    used += lengthIn(segment, unit);
    if (used > limit) return index;
  }
  return text.length;
};

const cutPoint = (head: string): number => {
  for (const boundary of boundaries) {
    const last = [...head.matchAll(boundary)].at(-1);
    // A cut in the first half would make many short parts; a rougher boundary is better then.
    if (last && last.index + last[0].length > head.length / 2) return last.index + last[0].length;
  }
  return head.length;
};

const openFence = (text: string): string | null => {
  let open: string | null = null;
  for (const match of text.matchAll(/^ {0,3}(`{3,}|~{3,})[^\n]*$/gm)) open = open ? null : match[0];
  return open;
};

/**
 * Splits CommonMark into parts that each fit, at a paragraph, line, sentence or word; a code fence that is cut is closed
 * and opened again. Nothing is left out.
 */
export const fit = (text: string, limits: Pick<ChannelLimits, 'textLengthMax' | 'textUnit'>): string[] => {
  const parts: string[] = [];
  let rest = text;
  while (lengthIn(rest, limits.textUnit) > limits.textLengthMax) {
    const fenceRoom = 16;
    const head = rest.slice(0, headLength(rest, limits.textLengthMax - fenceRoom, limits.textUnit));
    const part = head.slice(0, cutPoint(head));
    if (part === '')
      throw new RangeError(`A limit of ${limits.textLengthMax} ${limits.textUnit} cannot hold one character.`);
    const fence = openFence(part);
    parts.push(fence ? `${part.trimEnd()}\n${(/`+|~+/.exec(fence) ?? ['```'])[0]}` : part.trimEnd());
    rest = rest.slice(part.length);
    if (fence) rest = `${fence}\n${rest}`;
  }
  if (rest !== '' || parts.length === 0) parts.push(rest);
  return parts;
};
