import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { readPrompt } from './prompts.ts';

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'firstline-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const read = (body: string, variables: string, given: readonly string[] = []) => {
  writeFileSync(join(folder, 'one.md'), `---\nmaxTokens: 10\nvariables: [${variables}]\nversion: 2\n---\n${body}\n`);
  return readPrompt(pathToFileURL(`${folder}/`), 'one', given);
};

test('a prompt is given all it asks for, and a line of nothing but what is empty is left out', () => {
  const { render, id } = read('I am {{name}}.\n{{tone}}\n- {{tone}}\n\nBye, {{tone}}.', 'name, tone', ['name', 'tone']);
  expect(render({ name: 'Ada', tone: '' })).toBe('I am Ada.\n\nBye, .');
  expect(render({ name: 'Ada', tone: 'kind' })).toBe('I am Ada.\nkind\n- kind\n\nBye, kind.');
  expect(id).toMatch(/^one@2:[0-9a-f]{12}$/);
});

test('another text has another hash, whatever its version says', () => {
  expect(read('One.', '').id).not.toBe(read('Two.', '').id);
  expect(read('One.', '').id).toBe(read('One.', '').id);
});

test.each([
  ['Hello {{name}}', '', ['name'], /different variables: name/],
  ['Hello', 'name', ['name'], /different variables: name/],
  ['Hello {{mood}}', 'mood', [], /what nobody gives: mood/],
  ['Hello', '', ['canary'], /leaves out what it must say: canary/],
])('what does not fit is told at the start: %s', (body, variables, given, problem) => {
  expect(() => read(body, variables, given)).toThrow(problem);
});
