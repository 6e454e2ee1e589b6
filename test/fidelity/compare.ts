import type { Reading } from './reading.ts';

export interface Kept {
  readonly text: number;
  readonly links: number;
  readonly code: number;
  readonly tables: number;
  readonly lists: number;
}

/** What counts of a text, so that blanks and invisible signs do not. */
export type Count = (text: string) => string;

/** Every sign that can be seen. */
export const visibleSigns: Count = (text) => text.normalize('NFC').replaceAll(/[\s\u200b…]/g, '');
/** Letters and digits: where signs have look-alikes. */
export const letters: Count = (text) => text.normalize('NFC').replaceAll(/[^\p{L}\p{N}\p{M}]|\ufe0f|\u20e3/gu, '');

/** Letters and digits without their marks: where a letter may lose a mark that people leave off themselves. */
export const bareLetters: Count = (text) =>
  letters(text.replaceAll('œ', 'oe').replaceAll('Œ', 'OE').normalize('NFD').replaceAll(/\p{M}/gu, ''));

const share = (found: number, all: number): number => (all === 0 ? 100 : (found / all) * 100);
const lengthOf = (texts: readonly string[]): number => texts.reduce((sum, text) => sum + text.length, 0);

/** The texts that stand in the whole, each behind the one before. */
const inOrder = (texts: readonly string[], whole: string): string[] => {
  let at = 0;
  return texts.filter((text) => {
    const found = whole.indexOf(text, at);
    if (found >= 0) at = found + text.length;
    return found >= 0;
  });
};

const includesCells = (row: string, cells: readonly string[]): boolean => inOrder(cells, row).length === cells.length;

/** How much of what was written is read, in percent. `lost` names what is not. */
export const compare = (
  written: Reading,
  read: Reading,
  count: Count,
  /** What counts of code: where a message ends in the middle of it, the blank there is the end of the message. */
  countCode: Count = (text) => text.replaceAll('\u200b', ''),
): Kept & { readonly lost: readonly string[] } => {
  const cells = new Set([...written.heads, ...written.rows.flat()].map(count));
  const prose = written.texts.map(count).filter((text) => text !== '' && !cells.has(text));
  const whole = read.texts.map(count).join('');
  const found = inOrder(prose, whole);
  const links = written.links.filter((url) => read.links.includes(url));
  const codeRead = countCode(read.code.join('\n'));
  const code = written.code.filter((block) => codeRead.includes(countCode(block)));
  // The names of columns stand in each row, or above them.
  const rowsRead = read.rows.map((row) => row.map(count).join(''));
  const rows = written.rows.filter((row) => rowsRead.some((one) => includesCells(one, row.map(count))));
  const heads = written.heads.filter((name) =>
    [...read.heads, ...read.rows.flat()].some((one) => count(one).includes(count(name))),
  );
  const headOf = (text: string): string => count(text).slice(0, 20);
  const itemsRead = read.items.map(({ mark, text }) => `${mark} ${count(text.replace(/^\[[ x]\] /, ''))}`);
  const items = written.items.filter(({ mark, text }) =>
    itemsRead.some((one) => one.startsWith(`${mark} ${headOf(text)}`)),
  );
  return {
    text: share(
      lengthOf([...found, ...[...heads, ...rows.flat()].map(count)]),
      lengthOf([...prose, ...[...written.heads, ...written.rows.flat()].map(count)]),
    ),
    links: share(links.length, written.links.length),
    code: share(code.length, written.code.length),
    tables: share(rows.length + heads.length, written.rows.length + written.heads.length),
    lists: share(items.length, written.items.length),
    lost: [
      ...prose.filter((text) => !found.includes(text)),
      ...written.links.filter((url) => !links.includes(url)),
      ...written.code.filter((block) => !code.includes(block)),
      ...written.heads.filter((name) => !heads.includes(name)),
      ...written.rows.filter((row) => !rows.includes(row)).map((row) => row.join(' | ')),
      ...written.items.filter((item) => !items.includes(item)).map(({ mark, text }) => `${mark} ${text}`),
    ],
  };
};
