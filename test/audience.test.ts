import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, expect, test } from 'vitest';

import { createRetrieve } from '#knowledge/retrieve.ts';
import { createKnowledgeStore } from '#store/knowledge.ts';

import { ingestFolders } from '../src/commands/ingest-folders.ts';
import { fileLimits } from './support/file-limits.ts';
import { createBarePlatform } from './support/bare-platform.ts';
import { openTestApp, type TestApp } from './support/test-app.ts';

let app: TestApp;
afterEach(() => app[Symbol.asyncDispose]());

const ingest = async (): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), 'firstline-'));
  writeFileSync(
    join(folder, 'bonus.md'),
    '---\ntitle: Walrus bonus\naudience: employees, managers\n---\nThe walrus bonus is paid in May. CANARY-7.\n',
  );
  writeFileSync(join(folder, 'food.md'), '# Walrus food\n\nA walrus eats clams.\n');
  await ingestFolders({ store: app.store, embedder: null, files: fileLimits, folders: [folder] });
  rmSync(folder, { recursive: true });
};

test('a document for some answers nobody else, whatever channel they write on', async () => {
  const [office, street] = [createBarePlatform('office'), createBarePlatform('street')];
  app = await openTestApp({
    channels: [office.channel, street.channel],
    settings: { knowledge: { audiences: { office: ['employees'] } } },
  });
  await ingest();
  for (const platform of [office, street]) {
    await platform.say('q', 'When is the walrus bonus paid?');
    await app.app.settled();
  }
  const [inOffice, onStreet] = app.model.requests.map((request) => JSON.stringify(request));
  expect(inOffice).toContain('CANARY-7');
  expect(onStreet).toContain('clams');
  expect(onStreet).not.toContain('CANARY-7');
});

test('who belongs to several audiences sees what is for one of them, and documents of an organization stay in it', async () => {
  app = await openTestApp();
  await ingest();
  const own = createKnowledgeStore(app.store, 'own', 'acme');
  await own.replaceDocument({ id: 'acme.md', title: 'Walrus of Acme', hash: 'h' }, [
    {
      ordinal: 0,
      heading: '',
      text: 'The walrus of Acme is called Ada.',
      terms: ['walru', 'acm'],
      termVector: '{1:1}/1000000000',
      embedding: null,
      embedder: null,
      held: [],
    },
  ]);
  await own.publish();
  await app.store.query(
    `update passage set (lexical, terms) = (select lexical, terms from passage where document = 'food.md') where document = 'acme.md'`,
  );
  const find = createRetrieve({ repository: createKnowledgeStore(app.store, ''), embedder: null });
  const documents = async (organization: string, audiences: readonly string[]) =>
    (await find('walrus', { limit: 10, reader: { organization, audiences } }))
      .map(({ document }) => document)
      .toSorted();
  expect(await documents('acme', ['managers', 'x'])).toEqual(['acme.md', 'bonus.md', 'food.md']);
  expect(await documents('other', ['customers'])).toEqual(['food.md']);
  expect(await documents('other', [])).toEqual(['food.md']);
});
