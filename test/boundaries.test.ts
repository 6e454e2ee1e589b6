import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { expect, test } from 'vitest';

const root = new URL('..', import.meta.url).pathname;

/** What the linter says of a file with this one import, at this place in a tree with our rules. */
const lint = (file: string, line: string): string => {
  const folder = mkdtempSync(join(tmpdir(), 'firstline-'));
  try {
    copyFileSync(join(root, '.oxlintrc.json'), join(folder, '.oxlintrc.json'));
    mkdirSync(join(folder, dirname(file)), { recursive: true });
    writeFileSync(join(folder, file), `${line}\n`);
    const { stdout, stderr } = spawnSync(join(root, 'node_modules/.bin/oxlint'), ['--deny-warnings', '.'], {
      cwd: folder,
      encoding: 'utf8',
    });
    return stdout + stderr;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

const use = (path: string): string => `import { thing } from '${path}';\nexport const used = thing;`;

test.each([
  ['src/core/planted.ts', use('#store/open.ts'), 'core imports nothing'],
  ['src/core/planted.ts', use('@slack/bolt'), 'core imports nothing'],
  ['channels/sms/planted.ts', use('#store/open.ts'), 'A channel imports core'],
  ['channels/sms/planted.ts', use('#conversation/inbox.ts'), 'A channel imports core'],
  ['channels/sms/planted.ts', use('../slack/render.ts'), 'A channel imports core'],
  ['channels/sms/deep/planted.ts', use('../../slack/render.ts'), 'A channel imports core'],
  ['src/guardrails/planted.ts', use('#model/claude.ts'), 'Guardrails import core'],
  ['src/guardrails/planted.ts', use('#store/open.ts'), 'Guardrails import core'],
  ['src/model/planted.ts', use('#conversation/inbox.ts'), 'Models import core'],
  ['src/conversation/planted.ts', use('#delivery/deliver.ts'), 'A domain folder imports core and store'],
  ['src/delivery/planted.ts', use('#channels/slack/channel.ts'), 'A domain folder imports core and store'],
  ['src/escalation/planted.ts', use('@anthropic-ai/sdk'), 'A domain folder imports core and store'],
  ['src/knowledge/planted.ts', use('@mikro-orm/core'), 'A domain folder imports core and store'],
  ['src/privacy/planted.ts', use('discord.js'), 'A domain folder imports core and store'],
  ['src/store/planted.ts', use('#conversation/inbox.ts'), 'The store imports core'],
  ['src/born-today/planted.ts', use('#store/open.ts'), 'A new folder has no rights'],
  ['src/delivery/planted.ts', `export const port = process.env['PORT'];`, 'process.env'],
])('%s may not hold: %s', (file, line, message) => {
  expect(lint(file, line)).toContain(message);
});

test.each([
  ['src/core/planted.ts', use('./channel.ts')],
  ['channels/sms/planted.ts', use('#core/channel.ts')],
  ['channels/sms/planted.ts', use('twilio')],
  ['src/store/planted.ts', use('@mikro-orm/core')],
  ['src/model/planted.ts', use('@anthropic-ai/sdk')],
  ['src/app.ts', use('#store/open.ts')],
])('%s may hold: %s', (file, line) => {
  expect(lint(file, line)).toContain('0 errors');
});
