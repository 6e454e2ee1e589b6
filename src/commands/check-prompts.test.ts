import { expect, test } from 'vitest';

import { readConfig } from '../config.ts';
import { renderPrompts } from './check-prompts.ts';

const config = readConfig(
  { FIRSTLINE_CONFIG: new URL('../../test/support/empty.yaml', import.meta.url).pathname },
  {
    assistant: { tone: 'Be plain.' },
    organizations: {
      north: {
        assistant: { name: 'Nora', persona: 'You work for Northwind.' },
        guardrails: { topics: { allow: [{ name: 'tents', examples: ['Where is my tent?'] }] } },
      },
    },
  },
);

test('every prompt is printed as a model reads it, with its tokens and its hash', () => {
  const common = renderPrompts(config, '');
  for (const name of ['answer', 'shorter', 'summarize'])
    expect(common).toMatch(new RegExp(`${name}@\\d+:[0-9a-f]{12}: \\d+ tokens, and up to \\d+`));
  expect(common).toContain('You are Firstline');
  expect(common).toContain('<passage number="2"');
  expect(common).not.toMatch(/\{\{|Northwind/);
});

test('an organization has its own name, persona, tone and topics', () => {
  const own = renderPrompts(config, 'north');
  expect(own).toMatch(/You are Nora[\s\S]*You work for Northwind\.[\s\S]*questions about: tents\.[\s\S]*- Be plain\./);
});
