import type { Logger } from 'pino';

import { nameOf } from '#core/errors.ts';
import type { ScoreRules } from '#core/score-rules.ts';
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
import { type Character, renderSystem } from '#model/system.ts';

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
  readonly answerPrompt: Parameters<typeof renderSystem>[0];
  readonly characterOf: (organization: string) => Character;
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
  readonly scoreOf: (organization: string) => ScoreRules;
  readonly systemOf: (organization: string) => string;
}

/** What comes in and goes out, by each organization's own rules. */
export const openGuardrails = (settings: GuardrailsSettings): Guardrails => {
  const { config, store, vault, say, ownWords, embedder, answerPrompt, characterOf, logger, count } = settings;
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
  // An organization with settings of its own has a policy of its own.
  const systems = new WeakMap<Policy, string>();
  const toSystem = (policy: Policy, organization: string): string => {
    const topics = policy.topicRules.allow.map(({ name }) => name);
    const system = renderSystem(answerPrompt, characterOf(organization), { canary, topics });
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
      isPrompt: createPromptFinder(
        answerPrompt.render({ name: config.assistant.name, persona: '', tone: '', canary, topics: '' }),
      ),
      say,
      onRule,
    },
    scoreOf: (organization) => policyOf(organization).handOverScore,
    systemOf: (organization) => {
      const policy = policyOf(organization);
      return systems.get(policy) ?? toSystem(policy, organization);
    },
    [Symbol.dispose]: () => policies[Symbol.dispose](),
  };
};
