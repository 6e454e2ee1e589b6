import type { Logger } from 'pino';

import { createSummarizing, type Summarizing } from '#conversation/summarize.ts';
import type { Clock } from '#core/clock.ts';
import type { Model, ModelAnswer, ModelCall } from '#core/model.ts';
import { ConfigError, nameOf } from '#core/errors.ts';
import { estimateTokens } from '#core/tokens.ts';
import type { Allowance } from '#core/turn.ts';
import type { Metrics } from '#insight/metrics.ts';
import { createSpending } from '#insight/spending.ts';
import { leaveOutPersonal } from '#guardrails/pii/leave-out-personal.ts';
import type { ClarifyParts } from '#conversation/clarify.ts';
import { extractAnswer, touching } from '#knowledge/extract.ts';
import { accessTo, chooseModel, type ModelChoice } from '#model/choose.ts';
import { createDigest } from '#model/digest.ts';
import { isGreeting } from '#model/extractive.ts';
import type { GenerateParts } from '#model/generate.ts';
import { toCostMicros } from '#model/prices.ts';
import { type Prompt, readPrompt } from '#model/prompts.ts';
import { type Character, renderSystem, systemVariables } from '#model/system.ts';
import { createTokenCounter } from '#model/token-counter.ts';
import type { Store } from '#store/open.ts';

import type { Config } from './config.ts';
import type { Voice } from './voice.ts';

export interface ModelsSettings {
  readonly config: Config;
  readonly store: Store;
  readonly voice: Voice;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly metrics: Pick<Metrics, 'modelCalls' | 'breakers'>;
  /** In place of those that the settings name. */
  readonly own: Model | undefined;
}

export interface Models {
  readonly model: Model;
  readonly answerPrompt: Prompt<(typeof systemVariables)[number]>;
  readonly characterOf: (organization: string) => Character;
  readonly generating: Omit<GenerateParts, 'systemOf'>;
  /** What quotes can answer, where answers are quotes. */
  readonly quoting: Omit<ClarifyParts, 'store' | 'say'>;
  readonly summarizing: Summarizing;
  /** What an answer cost, in millionths of a dollar. */
  readonly costOf: (answer: ModelAnswer) => number;
  readonly allowanceOf: (organization: string) => Promise<Allowance>;
  /** Resolves when nothing is folded any more, and all that was spent is written down. */
  settled(): Promise<void>;
  stop(): Promise<void>;
}

const folder = new URL('../prompts/', import.meta.url);

/** What a request must have room for besides the prompt and the answer: a question, a passage, and some lines of notes. */
const questionTokens = 1000;

const checkBudget = (tokensMax: number, system: string, replyTokens: number): void => {
  const least = estimateTokens(system) + replyTokens + questionTokens;
  if (tokensMax < least)
    throw new ConfigError([
      `limits.contextTokens: the share limits.contextCapShare of it must be at least ${least} tokens: the prompt, an answer and a question.`,
    ]);
};

/** What folds messages into notes, behind their turns. */
const openSummarizing = (
  { config, store, logger }: Pick<ModelsSettings, 'config' | 'store' | 'logger'>,
  model: Model,
  count: (line: string) => number,
): Summarizing => {
  const { limits } = config;
  return createSummarizing({
    store,
    digest: createDigest({ model, prompt: readPrompt(folder, 'summarize', []), answerMs: limits.answerMs }),
    clean: leaveOutPersonal,
    budgetTokens: limits.contextTokens,
    startShare: limits.summaryStartShare,
    bounds: { tokensMax: Math.floor(limits.contextTokens * limits.summaryShare), count },
    messagesMax: limits.foldedMessagesMax,
    onFailed: (error) => logger.warn({ error: nameOf(error) }, 'older messages could not be folded into the summary'),
  });
};

/** The models that settings and secrets name. */
const openChosen = (
  { config, voice, logger, metrics }: ModelsSettings,
  choiceOf: (organization: string) => ModelChoice,
  onCall: (call: ModelCall) => void,
): Model => {
  const { models, secrets, limits } = config;
  return chooseModel({
    claude: accessTo(secrets.ANTHROPIC_API_KEY, secrets.ANTHROPIC_BASE_URL, models.claude),
    compatible: accessTo(secrets.OPENAI_API_KEY, secrets.OPENAI_BASE_URL, models.compatible),
    choiceOf,
    retriesMax: limits.modelRetriesMax,
    breaker: models.breaker,
    hedgeMs: models.hedgeMs,
    extract: extractAnswer,
    textsFor: voice.textsFor,
    onCall,
    onBreaker: (name, state) => {
      metrics.breakers(name, state);
      logger.warn({ model: name, state }, 'a model is asked no more, or again');
    },
  });
};

/** The language models, what they are told, and what they cost. Throws ConfigError where a prompt is not as it must be. */
export const openModels = (settings: ModelsSettings): Models => {
  const { config, store, logger, clock, metrics, own } = settings;
  const { assistant, organizations, models, limits } = config;
  const ofOrganization = (organization: string) => organizations[organization]?.assistant ?? assistant;
  const costOf = (model: string, usage: ModelAnswer['usage']): number => toCostMicros(models.prices[model], usage);
  const spending = createSpending({
    store,
    costOf,
    budgetOf: (organization) => ({ ...models.budget, monthlyUsd: ofOrganization(organization).monthlyBudgetUsd }),
    lookMs: limits.spendingLookMs,
    count: metrics.modelCalls,
    onFailed: (error) => logger.warn({ error: nameOf(error) }, 'what a model cost could not be written down'),
  });
  const counter = createTokenCounter();
  const learn = (call: ModelCall): void => {
    counter.learn(call);
    spending.record(call);
  };
  const model = own ?? openChosen(settings, ofOrganization, learn);
  const answerPrompt = readPrompt(folder, 'answer', systemVariables);
  const shorter = readPrompt(folder, 'shorter', []);
  const tokensMax = Math.floor(limits.contextTokens * limits.contextCapShare);
  const plain = renderSystem(answerPrompt, assistant, { canary: '', topics: [] });
  checkBudget(tokensMax, plain, answerPrompt.maxTokens);
  const summarizing = openSummarizing(settings, model, (line) => counter.count(assistant.model, line));
  return {
    model,
    answerPrompt,
    characterOf: (organization) => {
      const { name, persona, tone } = ofOrganization(organization);
      return { name, persona, tone };
    },
    generating: {
      model,
      prompt: answerPrompt.id,
      maxTokens: answerPrompt.maxTokens,
      shorter: { text: shorter.render({}), maxTokens: shorter.maxTokens },
      tokensMax,
      count: (organization, text) => counter.count(ofOrganization(organization).model, text),
      answerMs: limits.answerMs,
    },
    quoting: {
      quotes: model.extractive,
      holds: (asked, passages) => extractAnswer(asked, passages) !== null,
      touches: touching,
      isGreeting,
    },
    summarizing,
    costOf: ({ model: by, usage }) => costOf(by, usage),
    allowanceOf: spending.allowanceOf,
    settled: async () => {
      await summarizing.settled();
      await spending.settled();
    },
    stop: async () => {
      summarizing.stop();
      const ended = new AbortController();
      await Promise.race([summarizing.settled().finally(() => ended.abort()), clock.wait(limits.stopMs, ended.signal)]);
      await spending.settled();
    },
  };
};
