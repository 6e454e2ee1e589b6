import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One figure against its goal. */
export interface Measured {
  /** The goal it stands for, such as I2; empty where it only informs. */
  readonly goal: string;
  readonly what: string;
  readonly set: string;
  readonly hits: number;
  readonly of: number;
  /** `least` and `most` are shares; the bound of the interval on the unfavourable side counts from 300 cases on. */
  readonly least?: number;
  readonly most?: number;
}

export type Rows = <Row = { readonly text: string }>(file: string) => Row[];

/** A set of the data folder, or none of its rows where the folder is absent. */
export const readRows =
  (folder: string): Rows =>
  <Row>(file: string): Row[] => {
    const path = join(folder, `${file}.jsonl`);
    if (!existsSync(path)) return [];
    return readFileSync(path, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Row);
  };

const z = 1.959964;

/** Wilson's 95 % interval of a share. */
export const wilson = (hits: number, of: number): readonly [low: number, high: number] => {
  if (of === 0) return [0, 1];
  const share = hits / of;
  const middle = (share + z ** 2 / (2 * of)) / (1 + z ** 2 / of);
  const half = (z * Math.sqrt((share * (1 - share)) / of + z ** 2 / (4 * of ** 2))) / (1 + z ** 2 / of);
  return [Math.max(0, middle - half), Math.min(1, middle + half)];
};

const countsFrom = 300;

export const isMet = ({ hits, of, least, most }: Measured): boolean | null => {
  if ((least === undefined && most === undefined) || of === 0) return null;
  const [low, high] = wilson(hits, of);
  const share = hits / of;
  // A bound of 0 or 1 is a count: no number of cases proves a share of exactly that.
  if (most !== undefined && share > most) return false;
  if (least !== undefined && share < least) return false;
  if (of < countsFrom || most === 0 || least === 1) return true;
  return (least === undefined || low >= least) && (most === undefined || high <= most);
};
