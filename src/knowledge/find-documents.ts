import { readdir, realpath, stat } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';
import { DocumentError } from './document.ts';
import { readableExtensions } from './file-kinds.ts';

export interface FoundDocument {
  /** The path below the folder, with `/` on every system. */
  readonly id: string;
  /** Absolute, links resolved. */
  readonly path: string;
}

export interface FindLimits {
  readonly depthMax: number;
  readonly countMax: number;
}

const defaultLimits: FindLimits = { depthMax: 12, countMax: 20_000 };

/**
 * The readable files below a folder, in the order of their names. Names that start with a dot are passed over, and so
 * are links that lead out of the folder or back into a folder above. Throws {@link DocumentError} when there is no such
 * folder or a limit is passed: to ingest half a help center unnoticed is worse than to stop.
 */
export async function* findDocuments(
  folder: string,
  limits: FindLimits = defaultLimits,
): AsyncGenerator<FoundDocument> {
  const root = await realpath(folder).catch((cause: unknown) => {
    throw new DocumentError(folder, 'there is no such folder; check knowledge.folder', { cause });
  });
  if (!(await stat(root)).isDirectory()) throw new DocumentError(folder, 'is a file; name the folder that holds it');
  let count = 0;
  for await (const found of walk(root, '', [root], limits)) {
    count += 1;
    if (count > limits.countMax) {
      throw new DocumentError(folder, `holds more than ${limits.countMax} documents; split it into several sources`);
    }
    yield found;
  }
}

async function* walk(
  root: string,
  prefix: string,
  above: readonly string[],
  limits: FindLimits,
): AsyncGenerator<FoundDocument> {
  if (above.length > limits.depthMax) {
    throw new DocumentError(prefix, `lies more than ${limits.depthMax} folders deep; move it up`);
  }
  const names = await readdir(above.at(-1)!);
  for (const name of names.toSorted()) {
    if (name.startsWith('.')) continue;
    // A link to nowhere resolves to nothing.
    const path = await realpath(join(above.at(-1)!, name)).catch(() => undefined);
    if (path === undefined || !path.startsWith(root + sep)) continue;
    const entry = await stat(path);
    const id = prefix + name;
    if (entry.isDirectory()) {
      if (!above.includes(path)) yield* walk(root, `${id}/`, [...above, path], limits);
    } else if (entry.isFile() && readableExtensions.has(extname(name).toLowerCase())) {
      yield { id, path };
    }
  }
}
