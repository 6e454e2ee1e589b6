import type { Logger } from 'pino';

import { nameOf } from '#core/errors.ts';
import type { Say } from '#core/sentences.ts';
import { createCanary } from '#guardrails/canary.ts';
import { createExchange } from '#guardrails/exchange-personal-data.ts';
import type { GuardInputParts } from '#guardrails/guard-input.ts';
import type { GuardOutputParts } from '#guardrails/guard-output.ts';
import type { KeepToTopicParts } from '#guardrails/keep-to-topic.ts';
import { createModeration, type ModerateParts } from '#guardrails/moderate.ts';
import { createPromptFinder } from '#guardrails/prompt-leak.ts';
import type { TokenEntry } from '#guardrails/pii/tokens.ts';
import type { OnRule, Policy } from '#guardrails/policy.ts';
import { wantsHuman } from '#guardrails/wants-human.ts';
import type { Embedder } from '#knowledge/embed.ts';
import { mayBeIn } from '#knowledge/language.ts';
import { terms } from '#knowledge/terms.ts';
import { chooseModerators } from '#model/choose-moderators.ts';
import type { Prompt } from '#model/prompts.ts';

import { saveTokens } from '#store/conversations.ts';
import { writeLedger } from '#store/ledger.ts';
import type { Store } from '#store/open.ts';

import type { Config } from './config.ts';
import { openPolicies } from './policies.ts';

export interface GuardrailsSettings {
  readonly config: Config;
  readonly store: Store;
  readonly vault: { derive(name: string): Buffer };
  readonly say: Say;
  readonly ownWords: GuardOutputParts['ownWords'];
  readonly embedder: Embedder | null;
  readonly answerPrompt: Prompt;
  readonly logger: Logger;
  /** Counts a rule that fired. */
  readonly count: (rule: string, action: string) => void;
}

export interface Guardrails extends Disposable {
  readonly input: GuardInputParts;
  readonly moderate: ModerateParts;
  readonly keepToTopic: KeepToTopicParts;
  readonly output: GuardOutputParts;
  /** The system prompt of an organization, with the canary in it. */
  readonly systemOf: (organization: string) => string;
}

const purposeOf = ({ topicRules }: Policy): string =>
  topicRules.allow.length === 0
    ? 'You are here for what the passages are about.'
    : `You are here for questions about: ${topicRules.allow.map(({ name }) => name).join(', ')}.`;

/** What comes in and goes out, by each organization's own rules. */
export const openGuardrails = (settings: GuardrailsSettings): Guardrails => {
  const { config, store, vault, say, ownWords, embedder, answerPrompt, logger, count } = settings;
  const onRule: OnRule = ({ owner, turn }, rule, action) => {
    count(rule, action);
    writeLedger(store, owner, { subject: turn.id, step: 'guardrail', code: `${rule} ${action}` }).catch(
      (error: unknown) => logger.warn({ error: nameOf(error) }, 'a rule that fired could not be noted'),
    );
  };
  const policies = openPolicies({
    config,
    logger,
    topicParts: {
      terms,
      embed: async (texts) =>
        embedder && texts.every((text) => mayBeIn(embedder.languages, text)) ? embedder.embed(texts) : null,
    },
  });
  const { policyOf } = policies;
  // The same in every process and after every start: the prompt it stands in is cached by its bytes.
  const canary = createCanary((size) => vault.derive('canary').subarray(0, size));
  const systems = new WeakMap<Policy, string>();
  const toSystem = (policy: Policy): string => {
    const system = answerPrompt.render({ name: config.assistant.name, canary, topics: purposeOf(policy) });
    systems.set(policy, system);
    return system;
  };
  const exchange = createExchange(
    {
      read: ({ sealer, known }) =>
        known.tokens ? (JSON.parse(sealer.open(known.tokens, 'tokens')) as TokenEntry[]) : [],
      save: async ({ owner, sealer }, entries) => {
        await saveTokens(store, owner, sealer.seal(JSON.stringify(entries), 'tokens'));
      },
    },
    (organization) => policyOf(organization).personalData,
  );
  return {
    input: { exchange, wantsHuman, policyOf, moderate: createModeration(chooseModerators(config)), say, onRule },
    moderate: { say, onRule },
    keepToTopic: { policyOf, say, onRule },
    output: {
      policyOf,
      terms,
      ownWords,
      allowedHosts: config.links.allowedHosts,
      canary,
      // What the assistant is there for is no secret, and it may say so.
      isPrompt: createPromptFinder(answerPrompt.render({ name: config.assistant.name, canary, topics: '' })),
      say,
      onRule,
    },
    systemOf: (organization) => {
      const policy = policyOf(organization);
      return systems.get(policy) ?? toSystem(policy);
    },
    [Symbol.dispose]: () => policies[Symbol.dispose](),
  };
};
