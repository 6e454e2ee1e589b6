import { expect, test } from 'vitest';

import { createProgress, toBar } from './progress.ts';

const written = (isTTY: boolean) => {
  let text = '';
  const output = { isTTY, write: (more: string | Uint8Array) => Boolean((text += String(more))) };
  return { output, text: () => text };
};

test('a bar is empty, half full and full', () => {
  expect(toBar(0, 4)).toBe('░'.repeat(32));
  expect(toBar(2, 4)).toBe('█'.repeat(16) + '░'.repeat(16));
  expect(toBar(9, 4)).toBe('█'.repeat(32));
  expect(toBar(0, 0)).toBe('█'.repeat(32));
});

test('on a terminal the bar is drawn over itself and taken away', () => {
  const { output, text } = written(true);
  const progress = createProgress('pages', output);
  progress.say('Opening');
  progress.show(1, 2);
  progress.show(2, 2);
  progress.end();
  expect(text().split('\r')).toHaveLength(5);
  expect(text()).toContain('2 of 2 pages');
  expect(text().endsWith('\r\u001B[K')).toBe(true);
});

test('a pipe gets plain lines: one as it begins, and one for every hundred', () => {
  const { output, text } = written(false);
  const progress = createProgress('pages', output);
  progress.say('Opening');
  // Several documents of one file.
  for (let done = 1; done <= 250; done += 1) for (const _ of [1, 2]) progress.show(done, 250);
  progress.end();
  progress.show(1, 7);
  expect(text()).toBe('  Reading 250 pages\n  100 of 250 pages\n  200 of 250 pages\n  Reading 7 pages\n');
});
