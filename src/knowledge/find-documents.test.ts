import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findDocuments, type FindLimits } from './find-documents.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'find-documents-'));
});
afterEach(() => rm(folder, { recursive: true }));

const write = async (path: string) => {
  await mkdir(join(folder, path, '..'), { recursive: true });
  await writeFile(join(folder, path), path);
};
const find = async (below = folder, limits?: FindLimits) => {
  const ids: string[] = [];
  for await (const { id } of findDocuments(below, limits)) ids.push(id);
  return ids;
};

test('readable files come sorted, dotfiles and other kinds do not come', async () => {
  for (const path of ['b.md', 'a/z.html', 'a/c.txt', '.hidden.md', '.git/x.md', 'logo.png', 'all.JSONL'])
    await write(path);
  expect(await find()).toEqual(['a/c.txt', 'a/z.html', 'all.JSONL', 'b.md']);
});

test('links inside the folder are followed; links out of it, in circles or to nowhere are not', async () => {
  for (const path of ['in/a.md', 'in/sub/b.md', 'outside.md', 'in-other/c.md']) await write(path);
  await symlink(join(folder, 'in/a.md'), join(folder, 'in/link.md'));
  await symlink(join(folder, 'outside.md'), join(folder, 'in/out.md'));
  await symlink(join(folder, 'in-other'), join(folder, 'in/other'));
  await symlink(join(folder, 'in'), join(folder, 'in/sub/circle'));
  await symlink(join(folder, 'gone.md'), join(folder, 'in/gone.md'));
  expect(await find(join(folder, 'in'))).toEqual(['a.md', 'link.md', 'sub/b.md']);
});

test('limits stop the walk loudly', async () => {
  for (const path of ['a.md', 'b.md', 'x/y/c.md']) await write(path);
  await expect(find(folder, { depthMax: 9, countMax: 2 })).rejects.toThrow('more than 2 documents');
  await expect(find(folder, { depthMax: 2, countMax: 9 })).rejects.toThrow('2 folders deep');
  expect(await find(folder, { depthMax: 3, countMax: 3 })).toHaveLength(3);
});

test('a missing folder is named', async () => {
  await expect(find(join(folder, 'nowhere'))).rejects.toThrow(/nowhere: there is no such folder/);
});
