import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';

import { z } from 'zod';

const kept = z.record(
  z.string(),
  z.object({
    file: z.string(),
    url: z.string().optional(),
    version: z.string().optional(),
    etag: z.string().optional(),
    lastModified: z.string().optional(),
  }),
);
export type Kept = z.infer<typeof kept>[string];

/** Names that begin with a dot are no documents. */
const listName = '.kept.json';

/** A folder that holds what was brought from a source, by its own name of each piece, so that only what changed is brought again. */
export const openShelf = (folder: string) => {
  mkdirSync(folder, { recursive: true });
  const read = (): Record<string, Kept> => {
    try {
      return kept.parse(JSON.parse(readFileSync(join(folder, listName), 'utf8')));
    } catch {
      // Absent, or cut off: everything is brought anew.
      return {};
    }
  };
  const entries = read();
  const here = new Set(readdirSync(folder));
  for (const [name, { file }] of Object.entries(entries)) if (!here.has(file)) delete entries[name];
  const save = (): void => {
    const path = join(folder, listName);
    writeFileSync(`${path}.new`, JSON.stringify(entries));
    renameSync(`${path}.new`, path);
  };
  return {
    get: (name: string): Kept | undefined => entries[name],
    put: (name: string, extension: string, bytes: Uint8Array | string, about: Omit<Kept, 'file'>): void => {
      const file = `${createHash('sha256').update(name).digest('hex').slice(0, 16)}${extension}`;
      const before = entries[name]?.file;
      if (before !== undefined && before !== file) rmSync(join(folder, before), { force: true });
      writeFileSync(join(folder, file), bytes);
      entries[name] = { ...about, file };
      save();
    },
    /** Forgets everything that is not named; how many that are. */
    keepOnly: (names: ReadonlySet<string>): number => {
      const gone = Object.keys(entries).filter((name) => !names.has(name));
      for (const name of gone) {
        rmSync(join(folder, entries[name]?.file ?? listName), { force: true });
        delete entries[name];
      }
      save();
      return gone.length;
    },
    /** Where people read what is in a file. */
    urlOf: (file: string): string | undefined => Object.values(entries).find((one) => one.file === file)?.url,
  };
};

export interface Brought {
  readonly changed: number;
  readonly unchanged: number;
  readonly removed: number;
  /** One sentence for each piece that could not be brought. */
  readonly problems: readonly string[];
}
