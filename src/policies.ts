import { unwatchFile, watchFile } from 'node:fs';

import type { Logger } from 'pino';

import { ConfigError, nameOf } from '#core/errors.ts';
import type { Policy, PolicyOf } from '#guardrails/policy.ts';
import { createTopics, type TopicParts } from '#guardrails/topic.ts';

import type { Config, GuardrailSettings } from './config.ts';

export interface PoliciesParts {
  readonly config: Config;
  readonly topicParts: TopicParts;
  readonly logger: Logger;
}

export interface Policies extends Disposable {
  readonly policyOf: PolicyOf;
}

const lookMs = 1000;

const toPolicy = (
  { handOver, handOverScore, personalData, moderation, answers, topics }: GuardrailSettings,
  parts: TopicParts,
): Policy => ({
  handOver: new Set(handOver),
  handOverScore,
  personalData,
  moderation,
  answers,
  topicRules: topics,
  topics: createTopics(topics, parts),
});

/**
 * Each organization's policy. The file of settings is looked at every second: what its guardrails say from then on holds for the
 * next turn; a file that cannot be read changes nothing and is told in the log.
 */
export const openPolicies = ({ config, topicParts, logger }: PoliciesParts): Policies => {
  const read = (from: Pick<Config, 'guardrails' | 'organizations'>) => ({
    common: toPolicy(from.guardrails, topicParts),
    own: new Map(Object.entries(from.organizations).map(([name, own]) => [name, toPolicy(own.guardrails, topicParts)])),
  });
  let current = read(config);
  const reread = (): void => {
    try {
      current = read(config.reread());
      logger.info('the guardrails were read anew');
    } catch (error) {
      const problems = error instanceof ConfigError ? error.problems : [nameOf(error)];
      logger.error({ problems }, 'the settings were changed and cannot be read; the guardrails stay as they were');
    }
  };
  if (config.file) watchFile(config.file, { interval: lookMs, persistent: false }, reread);
  return {
    policyOf: (organization) => current.own.get(organization) ?? current.common,
    [Symbol.dispose]: () => void (config.file && unwatchFile(config.file, reread)),
  };
};
