import { expect, test } from 'vitest';

import { createProgress, toBar, toStartScreen } from './start-screen.ts';

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
  const progress = createProgress(2, 'pages', output);
  progress.advance();
  progress.advance();
  progress.end();
  expect(text().split('\r')).toHaveLength(4);
  expect(text()).toContain('2 of 2 pages');
  expect(text().endsWith('\r\u001B[K')).toBe(true);
});

test('a pipe gets one plain line', () => {
  const { output, text } = written(false);
  const progress = createProgress(2, 'pages', output);
  progress.say('Opening');
  progress.advance();
  progress.advance();
  progress.end();
  expect(text()).toBe('  Reading 2 pages\n');
});

test('the start screen fits one terminal of 24 lines and 100 columns', () => {
  const screen = toStartScreen({
    url: 'http://localhost:3000',
    seconds: 9.61,
    model: '',
    knowledge: '28 help pages in lab/help-center and docs',
    platforms: ['Slack', 'Teams', 'Discord', 'SMS', 'Web'].map((name) => [name, 'a platform in a box'] as const),
    desk: '#support-desk on Slack',
    data: '.firstline (embedded Postgres)',
    problems: ['one thing'],
  });
  const lines = screen.split('\n');
  expect(lines.length).toBeLessThanOrEqual(24);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100);
  expect(screen).toContain('http://localhost:3000   (ready in 9.6 s)');
  expect(screen).toContain('ANTHROPIC_API_KEY');
});
