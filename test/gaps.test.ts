import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, expect, test } from 'vitest';

import { extractAnswer } from '#knowledge/extract.ts';
import { createExtractive } from '#model/extractive.ts';
import { loadMasterKey } from '#privacy/master-key.ts';

import { printGaps } from '../src/commands/gaps.ts';
import { ingestFolders } from '../src/commands/ingest-folders.ts';
import { fileLimits } from './support/file-limits.ts';
import { type BarePlatform, createBarePlatform } from './support/bare-platform.ts';
import { openTestApp, type TestApp } from './support/test-app.ts';

let street: BarePlatform;
let app: TestApp;
afterEach(() => app[Symbol.asyncDispose]());

const texts = { greeting: 'Hello there', found: 'Found:', notFound: 'I could not find that in our help pages.' };
const open = async (): Promise<void> => {
  street = createBarePlatform('street');
  app = await openTestApp({
    channels: [street.channel],
    knowledge: true,
    model: createExtractive({ extract: extractAnswer, textsFor: () => texts }),
  });
};
let count = 0;
const ask = async (text: string, person?: string): Promise<void> => {
  count += 1;
  if (person === undefined) await street.say(`q${count}`, text);
  else
    await street.tell({
      ...street.from(person, person),
      id: `q${count}`,
      kind: 'message',
      text,
      setting: 'direct',
      addressed: true,
    });
  await app.app.settled();
};
const last = () => street.shown().at(-1);

test('where no page answers but some are near, one is asked once which is meant, and may say it by a press', async () => {
  await open();
  await ask('something strange about gift parcels wrapping paper colour');
  expect(last()?.text).toContain('Is it about one of these?');
  const [first] = last()?.suggestions ?? [];
  expect(first).toBeDefined();
  expect(last()?.actions?.map(({ id }) => id)).toContain('human');
  await ask('something else strange about gift parcels ribbons velvet');
  expect(last()?.text).toContain('could not find that');
  await ask(first ?? '');
  expect(last()?.text).toContain('Found:');
});

test('what nobody could be answered is listed by how often it is asked, and greetings are not', async () => {
  await open();
  await ask('Hello!', 'u1');
  for (const [index, text] of [
    'How do I fold a walrus umbrella?',
    'walrus umbrella folding',
    'Who is the mayor of Atlantis?',
    'fold walrus umbrella please, my mail is ada@lovelace.example',
  ].entries())
    await ask(text, `u${index}`);
  await ask('How long may I return an unused item?', 'u9');
  const folder = mkdtempSync(join(tmpdir(), 'firstline-'));
  writeFileSync(
    join(folder, 'faq.md'),
    '# Questions about returns\n\nYou may return any unused item within 30 days of delivery.\n',
  );
  await ingestFolders({ store: app.store, embedder: null, files: fileLimits, folders: [folder] });
  rmSync(folder, { recursive: true });
  const lines: string[] = [];
  const { key } = loadMasterKey(undefined, app.dataFolder);
  await printGaps(app.store, key, { days: 30, max: 20 }, (line) => lines.push(line));
  const printed = lines.join('\n');
  expect(printed).toContain('not answered from any page (4)');
  expect(printed).toMatch(/3×\s+.*walrus umbrella.*street/);
  expect(printed).toMatch(/1×\s+Who is the mayor of Atlantis\?/);
  expect(printed).not.toMatch(/Hello|lovelace/);
  expect(printed).toMatch(/return-an-item\.md\s+You may return any unused item within \*\*45 days/);
  expect(printed).toMatch(/faq\.md\s+You may return any unused item within 30 days/);
  expect(printed).toMatch(/return-an-item\.md\s+0 days old\s+1 answers/);
});
