import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { openStore, type Store } from '#store/open.ts';

import { ingestFolders } from '../src/commands/ingest-folders.ts';
import { fileLimits } from './support/file-limits.ts';
import { startIngest } from './support/ingest-command.ts';

let root: string;
let folder: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'firstline-'));
  folder = join(root, 'documents');
  mkdirSync(folder);
});
afterEach(() => rmSync(root, { recursive: true }));

const write = (name: string, content: string | Uint8Array): void => writeFileSync(join(folder, name), content);
/** Everything that answers. */
const passagesOf = (store: Store): Promise<unknown[]> =>
  store.query(
    `select d.id, d.title, d.hash, p.ordinal, p.heading, p.text, p.lexical::text from live_document d
     join passage p on (p.organization, p.source, p.document, p.since) = (d.organization, d.source, d.id, d.since) order by d.id, p.ordinal`,
  );
const run = (...names: readonly string[]) => startIngest(join(root, 'data'), ...names).ended;

test('an operator learns what became of each document, and by the exit code whether any was refused', async () => {
  write('good.md', 'The walrus swims.');
  write('bad.md', new Uint8Array([0x61, 0xff, 0xfe]));
  const refused = await run(folder, join(root, 'nowhere'));
  expect(refused.output).toContain('  Reading 2 files\n');
  expect(refused.output).toContain(`${folder}: 1 new, 0 changed (1 passages), 0 unchanged, 0 removed, 1 refused\n`);
  expect(refused.output).toContain('  bad.md: is not valid UTF-8; save it again');
  expect(refused.output).toContain('nowhere is no folder');
  expect(refused.code).toBe(1);

  rmSync(join(folder, 'bad.md'));
  write('good.md', 'The walrus swims well.');
  const read = await run(folder);
  expect(read.output).toContain('0 new, 1 changed (1 passages), 0 unchanged, 0 removed, 0 refused');
  expect(read.output).toContain('Everything could be read.');
  expect(read.code).toBe(0);
});

test('an ingest that is killed in the middle and run again ends with what an undisturbed one ends with', async () => {
  const count = 250;
  for (let index = 0; index < count; index += 1)
    write(`${index}.md`, `# Walrus ${index}\n\nIt swims ${index} miles.\n\n## Food\n\nIt eats ${index} clams.\n`);
  const dataFolder = join(root, 'data');
  const killed = startIngest(dataFolder, folder);
  await killed.says(`100 of ${count} files`);
  killed.child.kill('SIGKILL');
  expect(await killed.ended).toMatchObject({ code: null });
  const again = await run(folder);
  expect(again.code).toBe(0);
  // What was made before it was killed is not made again.
  const [, made = '', kept = ''] = /: (\d+) new, 0 changed .*, (\d+) unchanged, 0 removed/.exec(again.output) ?? [];
  expect(Number(kept)).toBeGreaterThanOrEqual(90);
  expect(Number(made) + Number(kept)).toBe(count);

  await using resumed = await openStore({ folder: dataFolder, connectionsMax: 1 });
  await using undisturbed = await openStore({ folder: null, connectionsMax: 1 });
  await undisturbed.migrate();
  await ingestFolders({ store: undisturbed, embedder: null, files: fileLimits, folders: [folder] });
  const passages = await passagesOf(resumed);
  expect(passages.length).toBeGreaterThanOrEqual(count);
  expect(passages).toEqual(await passagesOf(undisturbed));
}, 180_000);
