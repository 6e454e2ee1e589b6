import type { ModelMessage } from '#core/model.ts';
import { estimateTokens } from '#core/tokens.ts';
import type { GuardedText } from '#core/turn.ts';
import { type Prompt, readPrompt } from '#model/prompts.ts';
import { renderSystem, systemVariables } from '#model/system.ts';
import { toMessages } from '#model/to-messages.ts';

import type { Config } from '../config.ts';

const folder = new URL('../../prompts/', import.meta.url);

/** In place of the mark of this installation, which is not printed. */
const canary = '(a secret mark of 20 letters)';

const passage = (id: string, text: string) => ({ id, title: 'Returns', heading: 'How long', text });

/** A second question of somebody, as a model is told of it. */
const sample = (): ModelMessage[] => {
  const quoted = { mark: '(a mark)', passages: [passage('1', 'You can return what you bought within 45 days.')] };
  return toMessages({
    notes: 'Known:\n- The order is [ORDER].',
    recent: [
      { position: 1, role: 'user', text: 'How long can I return it?' as GuardedText, quoted },
      { position: 2, role: 'assistant', text: 'Within 45 days [1].' as GuardedText, quoted: null },
    ],
    quoted: { mark: '(another mark)', passages: [...quoted.passages, passage('2', 'A refund takes five days.')] },
    files: [],
    question: 'And when is the money back?' as GuardedText,
    wish: null,
  }).messages;
};

const indent = (text: string): string => text.replaceAll(/^/gm, '    ');
const tokensOf = (text: string): string => `${estimateTokens(text)} tokens`;

const show = ({ id, maxTokens }: Prompt, text: string, messages: readonly ModelMessage[] = []): string =>
  [
    `${id}: ${tokensOf(text)}, and up to ${maxTokens} for what it writes`,
    indent(text),
    ...messages.flatMap((message) => [`  ${message.role}, ${tokensOf(message.text)}`, indent(message.text)]),
  ].join('\n\n');

/** Every prompt as a model reads it, with a sample question. Tokens are estimated on the side of too many. Throws ConfigError. */
export const renderPrompts = ({ assistant, guardrails, organizations }: Config, organization: string): string => {
  const own = organizations[organization] ?? { assistant, guardrails };
  const answer = readPrompt(folder, 'answer', systemVariables);
  const others = ['shorter', 'summarize'].map((name) => readPrompt(folder, name, []));
  const topics = own.guardrails.topics.allow.map(({ name }) => name);
  return [
    show(answer, renderSystem(answer, own.assistant, { canary, topics }), sample()),
    ...others.map((prompt) => show(prompt, prompt.render({}))),
  ].join('\n\n');
};

export const checkPrompts = (config: Config, organization: string): void => {
  console.log(renderPrompts(config, organization));
  if (organization !== '' && !config.organizations[organization])
    console.log(`\n${organization} has no settings of its own: it is told what everybody is.`);
};
