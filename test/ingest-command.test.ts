import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, test } from 'vitest';

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
