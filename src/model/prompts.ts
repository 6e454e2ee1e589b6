import { readFileSync } from 'node:fs';

import { parse } from 'yaml';
import { z } from 'zod';

import { ConfigError } from '#core/errors.ts';

const frontMatter = z.strictObject({
  maxTokens: z.number().int().positive(),
  variables: z.array(z.string()),
  version: z.number().int(),
});

export interface Prompt {
  readonly name: string;
  readonly version: number;
  readonly maxTokens: number;
  readonly variables: readonly string[];
  render(values: Readonly<Record<string, string>>): string;
}

/** Reads `prompts/<name>.md` and checks that it uses exactly the variables it declares. Throws ConfigError. */
export const readPrompt = (folder: URL, name: string): Prompt => {
  const file = new URL(`${name}.md`, folder);
  const [, head, body] = /^---\n([\s\S]*?)\n---\n([\s\S]*)$/.exec(readFileSync(file, 'utf8')) ?? [];
  const parsed = frontMatter.safeParse(parse(head ?? ''));
  if (!parsed.success || body === undefined)
    throw new ConfigError([`prompts/${name}.md needs front matter with maxTokens, variables and version.`]);
  const used = new Set([...body.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1] ?? ''));
  const declared = new Set(parsed.data.variables);
  const wrong = [...used, ...declared].filter((variable) => !used.has(variable) || !declared.has(variable));
  if (wrong.length > 0)
    throw new ConfigError([`prompts/${name}.md declares and uses different variables: ${wrong.join(', ')}.`]);
  return {
    name,
    version: parsed.data.version,
    maxTokens: parsed.data.maxTokens,
    variables: parsed.data.variables,
    render: (values) => body.replaceAll(/\{\{(\w+)\}\}/g, (_, variable: string) => values[variable] ?? '').trim(),
  };
};
