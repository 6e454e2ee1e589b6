import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { createRetrieve } from '#knowledge/retrieve.ts';
import { createKnowledgeStore } from '#store/knowledge.ts';
import { listVersions } from '#store/knowledge-versions.ts';

import { ingestFolders } from '../src/commands/ingest-folders.ts';
import { goBack, printVersions, takeOut } from '../src/commands/knowledge.ts';
import { fileLimits } from './support/file-limits.ts';
import { openTestApp, type TestApp } from './support/test-app.ts';

let app: TestApp;
let folder: string;
beforeEach(async () => {
  app = await openTestApp();
  folder = mkdtempSync(join(tmpdir(), 'firstline-'));
});
afterEach(async () => {
  await app[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

const write = (name: string, text: string): void => writeFileSync(join(folder, `${name}.md`), `# ${name}\n\n${text}\n`);
const ingest = async (onProgress?: () => void): Promise<string> => {
  const lines: string[] = [];
  await ingestFolders({
    store: app.store,
    embedder: null,
    files: fileLimits,
    folders: [folder],
    write: (line) => lines.push(line),
    ...(onProgress ? { onProgress } : {}),
  });
  return lines.join('\n');
};
const find = async (question = 'walrus'): Promise<string> =>
  (await createRetrieve({ repository: createKnowledgeStore(app.store, ''), embedder: null })(question, { limit: 9 }))
    .map(({ text }) => text)
    .toSorted()
    .join(' | ');

test('a new version is built aside and answers at once: nobody sees half of it', async () => {
  write('one', 'The walrus is grey.');
  write('two', 'The walrus is small.');
  await ingest();
  write('one', 'The walrus is pink.');
  write('two', 'The walrus is huge.');
  write('three', 'The walrus sings.');
  const seen: Promise<string>[] = [];
  await ingest(() => void seen.push(find()));
  const states = new Set(await Promise.all(seen));
  expect(
    [...states].every((state) => state === 'The walrus is grey. | The walrus is small.' || state.includes('sings')),
  ).toBe(true);
  expect(await find()).toBe('The walrus is huge. | The walrus is pink. | The walrus sings.');
});

test('what is deleted is gone from answers with the next version, and a document can be taken out at once', async () => {
  write('one', 'The walrus is grey.');
  write('two', 'The walrus is small.');
  await ingest();
  rmSync(join(folder, 'one.md'));
  expect(await ingest()).toContain('1 removed');
  expect(await find()).toBe('The walrus is small.');
  const lines: string[] = [];
  expect(await takeOut(app.store, 'two.md', (line) => lines.push(line))).toBe(true);
  expect(await find()).toBe('');
  expect(await takeOut(app.store, 'two.md', (line) => lines.push(line))).toBe(false);
  expect(lines).toEqual(['two.md answers nobody any more.', 'There is no document two.md.']);
  // Read again, it is back.
  await ingest();
  expect(await find()).toBe('The walrus is small.');
});

test('one command goes back to the version before, and the next reading goes on from there', async () => {
  write('one', 'The walrus is grey.');
  write('two', 'The walrus is small.');
  await ingest();
  write('one', 'The walrus is wrong.');
  rmSync(join(folder, 'two.md'));
  await ingest();
  const [{ source } = { source: '' }] = await listVersions(app.store);
  const lines: string[] = [];
  expect(await goBack(app.store, source, (line) => lines.push(line))).toBe(true);
  expect(await find()).toBe('The walrus is grey. | The walrus is small.');
  expect(await goBack(app.store, source, (line) => lines.push(line))).toBe(false);
  expect(lines[1]).toContain('no earlier version');
  await ingest();
  expect(await find()).toBe('The walrus is wrong.');
  await printVersions(app.store, (line) => lines.push(line));
  expect(lines.at(-1)).toMatch(/2 +answers.* 1 +1\n.* 1 .* 2 +0/);
});

test('an ingest that was interrupted goes on where it was, and nothing of it had answered', async () => {
  for (const name of ['one', 'two', 'three']) write(name, `The walrus of ${name}.`);
  let count = 0;
  const stop = (): void => {
    count += 1;
    if (count === 2) throw new Error('killed');
  };
  await expect(ingest(stop)).rejects.toThrow('killed');
  expect(await find()).toBe('');
  expect(await ingest()).toMatch(/1 new, 0 changed .*2 unchanged/);
  expect(await find()).toBe('The walrus of one. | The walrus of three. | The walrus of two.');
});

test('nothing new makes no version, and old ones are dropped in the end', async () => {
  write('one', 'The walrus is grey.');
  await ingest();
  await ingest();
  expect(await listVersions(app.store)).toHaveLength(1);
  for (let index = 0; index < 9; index += 1) {
    write('one', `The walrus is ${index}.`);
    await ingest();
  }
  const versions = await listVersions(app.store);
  expect(versions.map(({ version, isLive }) => (isLive ? version : -version))).toEqual([10, -9, -8, -7, -6, -5]);
  const [row] = await app.store.query<{ documents: number | string }>(`select count(*) as documents from document`);
  expect(Number(row?.documents)).toBe(6);
});
