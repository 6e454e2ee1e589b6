import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { AppManifestUtils } from '@microsoft/app-manifest';
import { unzipSync } from 'fflate';
import { expect, test } from 'vitest';

import { ConfigError } from '#core/errors.ts';

import { writeTeamsApp } from './teams-app.ts';

const appId = '11111111-2222-4333-8444-555555555555';
const owner = { company: 'Northwind', website: 'https://northwind.example' };

/** Microsoft's own schema of the version that a manifest names. */
const schemaOf = (version: string): unknown =>
  JSON.parse(
    readFileSync(
      new URL(
        `json-schemas/teams/v${version}/MicrosoftTeams.schema.json`,
        import.meta.resolve('@microsoft/app-manifest'),
      ),
      'utf8',
    ),
  );

/** Width and height of a PNG, and whether it has transparent places: fields of its first chunk (RFC 2083, 11.2.2). */
const readPng = (bytes: Uint8Array) => {
  const view = Buffer.from(bytes);
  return { width: view.readUInt32BE(16), height: view.readUInt32BE(20), colorType: view[25] };
};

test('the package that is uploaded to Teams is one that Microsoft takes', async () => {
  const out = join(mkdtempSync(join(tmpdir(), 'firstline-')), 'app.zip');
  writeTeamsApp({ appId, ...owner, out });
  const files = unzipSync(readFileSync(out));
  expect(Object.keys(files).toSorted()).toEqual(['color.png', 'manifest.json', 'outline.png']);
  const manifest = JSON.parse(Buffer.from(files['manifest.json'] ?? []).toString());
  expect(JSON.stringify(manifest)).not.toMatch(/00000000-0000|example\.com/);
  expect(manifest).toMatchObject({ id: appId, bots: [{ botId: appId }], developer: { name: 'Northwind' } });
  const problemsIn = (one: unknown): Promise<string[]> =>
    AppManifestUtils.validateAgainstSchema(one as never, schemaOf(manifest.manifestVersion) as never);
  expect(await problemsIn(manifest)).toEqual([]);
  expect(await problemsIn({ ...manifest, accentColor: 'green' })).not.toEqual([]);
  // learn.microsoft.com/microsoftteams/platform/concepts/build-and-test/apps-package: the outline is white on transparent.
  expect(readPng(files['color.png'] ?? new Uint8Array())).toMatchObject({ width: 192, height: 192 });
  expect(readPng(files['outline.png'] ?? new Uint8Array())).toEqual({ width: 32, height: 32, colorType: 6 });
});

test('what is missing or wrong is told by name', () => {
  const attempt = () => writeTeamsApp({ ...owner, website: 'http://x', out: '/nowhere' });
  expect(attempt).toThrow(ConfigError);
  expect(attempt).toThrow(/MicrosoftAppId[\s\S]*--website must be an https address/);
});
