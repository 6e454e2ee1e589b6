import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

import { parse } from 'yaml';
import { z } from 'zod';

import { ConfigError } from '#core/errors.ts';

const frontMatter = z.strictObject({
  maxTokens: z.number().int().positive(),
  variables: z.array(z.string()),
  version: z.number().int(),
});

export interface Prompt<Variable extends string = string> {
  readonly name: string;
  /** Tells this text from every other: the name, the version that its author gave, and a hash of the file. */
  readonly id: string;
  readonly maxTokens: number;
  /** A line that holds nothing but variables that are empty is left out. */
  render(values: Readonly<Record<Variable, string>>): string;
}

const variable = /\{\{(\w+)\}\}/g;
const hashLength = 12;

const without = (some: ReadonlySet<string>, others: ReadonlySet<string>): string[] =>
  [...some].filter((one) => !others.has(one));

const problemsOf = (used: ReadonlySet<string>, declared: ReadonlySet<string>, given: ReadonlySet<string>): string[] => {
  const differ = [...without(used, declared), ...without(declared, used)];
  const unknown = without(declared, given);
  const missing = without(given, declared);
  return [
    ...(differ.length > 0 ? [`declares and uses different variables: ${differ.join(', ')}`] : []),
    ...(unknown.length > 0 ? [`asks for what nobody gives: ${unknown.join(', ')}`] : []),
    ...(missing.length > 0 ? [`leaves out what it must say: ${missing.join(', ')}`] : []),
  ];
};

/** Reads `prompts/<name>.md` and checks that it uses exactly the variables it declares and is given. Throws ConfigError. */
export const readPrompt = <Variable extends string>(
  folder: URL,
  name: string,
  variables: readonly Variable[],
): Prompt<Variable> => {
  const file = readFileSync(new URL(`${name}.md`, folder), 'utf8');
  const [, head, body] = /^---\n([\s\S]*?)\n---\n([\s\S]*)$/.exec(file) ?? [];
  const parsed = frontMatter.safeParse(parse(head ?? ''));
  if (!parsed.success || body === undefined)
    throw new ConfigError([`prompts/${name}.md needs front matter with maxTokens, variables and version.`]);
  const used = new Set([...body.matchAll(variable)].map((match) => match[1] ?? ''));
  const problems = problemsOf(used, new Set(parsed.data.variables), new Set<string>(variables));
  if (problems.length > 0) throw new ConfigError(problems.map((problem) => `prompts/${name}.md ${problem}.`));
  const hash = createHash('sha256').update(file).digest('hex').slice(0, hashLength);
  return {
    name,
    id: `${name}@${parsed.data.version}:${hash}`,
    maxTokens: parsed.data.maxTokens,
    render: (values) =>
      body
        .split('\n')
        .flatMap((line) => {
          const rendered = line.replaceAll(variable, (_, one: Variable) => values[one]);
          return rendered !== line && /^\s*-?\s*$/.test(rendered) ? [] : [rendered];
        })
        .join('\n')
        .trim(),
  };
};
