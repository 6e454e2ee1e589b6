import { expect, test } from 'vitest';

import { toStartScreen } from './start-screen.ts';

test('the start screen fits one terminal of 24 lines and 100 columns', () => {
  const screen = toStartScreen({
    url: 'http://localhost:3000',
    seconds: 9.61,
    model: '',
    knowledge: '28 help pages in lab/help-center and docs',
    platforms: ['Slack', 'Teams', 'Discord', 'SMS', 'Web'].map((name) => [name, 'a platform in a box'] as const),
    desk: '#support-desk on Slack',
    console: 'http://localhost:3000/console',
    data: '.firstline (embedded Postgres)',
    problems: ['one thing'],
  });
  const lines = screen.split('\n');
  expect(lines.length).toBeLessThanOrEqual(24);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100);
  expect(screen).toContain('http://localhost:3000   (ready in 9.6 s)');
  expect(screen).toContain('ANTHROPIC_API_KEY');
});
