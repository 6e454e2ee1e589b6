/**
 * The part of a growing CommonMark text that can be shown now without looking broken: it ends at a sentence, a list item
 * or a paragraph, outside any unfinished link, emphasis, inline code or table row. A fence that is still open is closed.
 */
export const safePrefix = (text: string): string => {
  const fences = [...text.matchAll(/^ {0,3}(```+|~~~+)[^\n]*$/gm)];
  const open = fences.length % 2 === 1 ? fences.at(-1) : undefined;
  if (open) {
    const lastLine = text.lastIndexOf('\n');
    const start = open.index ?? 0;
    if (lastLine <= start + open[0].length - 1) return safePrefix(text.slice(0, start));
    return `${text.slice(0, lastLine)}\n${open[1] ?? '```'}`;
  }
  let best = 0;
  for (const match of text.matchAll(/[.!?:…。！？]["')\]»”]*(?=\s)|\n(?=\n|[-*+] |\d+[.)] )/gu)) {
    const end = match.index + match[0].length;
    if (isWhole(text.slice(0, end))) best = end;
  }
  return text.slice(0, best).trimEnd();
};

/** No inline construct is left open in the last paragraph. */
const isWhole = (text: string): boolean => {
  const paragraph = text.slice(text.lastIndexOf('\n\n') + 1);
  const withoutCode = paragraph.replaceAll(/`[^`\n]*`/g, '');
  if (withoutCode.includes('`')) return false;
  const withoutLinks = withoutCode.replaceAll(/!?\[[^\]]*\]\([^)\s]*\)/g, '').replaceAll(/\[\d+\]/g, '');
  if (/\[[^\]]*$|\]\([^)]*$/.test(withoutLinks)) return false;
  const bold = withoutLinks.match(/\*\*/g)?.length ?? 0;
  if (bold % 2 === 1) return false;
  const lastLine = withoutLinks.slice(withoutLinks.lastIndexOf('\n') + 1);
  return !lastLine.startsWith('|') || lastLine.trimEnd().endsWith('|');
};
