import type { Prompt } from './prompts.ts';

export interface Character {
  readonly name: string;
  /** Who it is, beside being an assistant that answers first. */
  readonly persona: string;
  /** How it speaks. */
  readonly tone: string;
}

/** What the prompt of an answer must be given. */
export const systemVariables = ['name', 'persona', 'tone', 'canary', 'topics'] as const;

/** The system prompt. `topics`: what the assistant is there for; none: whatever the passages are about. */
export const renderSystem = (
  prompt: Prompt,
  character: Character,
  { canary, topics }: { readonly canary: string; readonly topics: readonly string[] },
): string =>
  prompt.render({
    ...character,
    canary,
    topics:
      topics.length === 0
        ? 'You are here for what the passages are about.'
        : `You are here for questions about: ${topics.join(', ')}.`,
  });
