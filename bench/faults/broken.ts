import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface Break {
  readonly file: string;
  readonly find: string;
  readonly put: string;
}

/** What is taken away from the product to see that its loss is seen. */
const breaks = {
  'outbox-write': {
    file: 'src/conversation/commit-turn.ts',
    find: 'for (const one of outgoing) await put(transaction, end, one);',
    put: '',
  },
  dedupe: {
    file: 'src/store/inbox.ts',
    find: '      event.id,\n      event.body,',
    put: '      `${event.id}:${Math.random()}`,\n      event.body,',
  },
  'final-retry': {
    file: 'src/delivery/dispatch.ts',
    find: "const isRefused = known?.reason === 'refused' || known?.reason === 'unreachable';",
    put: 'const isRefused = true;',
  },
} as const satisfies Record<string, Break>;

export type BreakName = keyof typeof breaks;
export const breakNames = Object.keys(breaks) as BreakName[];

export interface Tree extends AsyncDisposable {
  readonly folder: string;
}

const here = new URL('../../', import.meta.url).pathname;
const copied = ['src', 'channels', 'config', 'prompts', 'migrations', 'lab', 'package.json', 'tsconfig.json'] as const;

/** The product as it is here. */
export const wholeTree = (): Tree => ({ folder: here, [Symbol.asyncDispose]: async () => undefined });

/** A copy of the product with one thing taken away. Throws when what is to be taken away is not there as it was. */
export const brokenTree = (name: BreakName): Tree => {
  const { file, find, put } = breaks[name];
  const source = readFileSync(join(here, file), 'utf8');
  if (source.split(find).length !== 2)
    throw new Error(`${file} does not hold this once any more, so "${name}" has to be written anew: ${find}`);
  const folder = mkdtempSync(join(tmpdir(), 'firstline-broken-'));
  for (const one of copied) cpSync(join(here, one), join(folder, one), { recursive: true });
  symlinkSync(join(here, 'node_modules'), join(folder, 'node_modules'));
  writeFileSync(
    join(folder, file),
    source.replace(find, () => put),
  );
  return { folder, [Symbol.asyncDispose]: async () => rmSync(folder, { recursive: true, force: true }) };
};
