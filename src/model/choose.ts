import { given } from '#core/given.ts';
import type { Model, ModelCall } from '#core/model.ts';

import { type BreakerSettings, type BreakerState, createBreaker } from './breaker.ts';
import { createChain, type Link } from './chain.ts';
import { createClaude } from './claude.ts';
import { createExtractive, type Extract, type ExtractiveTexts } from './extractive.ts';
import { createOpenAiCompatible } from './openai-compatible.ts';

/** How to reach a provider, and how long it is waited for. */
export interface Access {
  readonly apiKey: string;
  readonly baseUrl?: string;
  readonly firstTokenMs: number;
  readonly silenceMs: number;
}

/** Null where there is no key. */
export const accessTo = (
  apiKey: string | undefined,
  baseUrl: string | undefined,
  patience: { readonly firstTokenMs: number; readonly silenceMs: number },
): Access | null => (apiKey ? { apiKey, ...patience, ...given({ baseUrl }) } : null);

/** The models of an organization: a name with `claude` in it is asked at Anthropic, any other at the compatible endpoint; '' is none. */
export interface ModelChoice {
  readonly model: string;
  readonly fallbackModel: string;
  /** Asked first where money is short. */
  readonly smallerModel: string;
}

export interface ModelSettings {
  readonly claude: Access | null;
  /** Any endpoint that speaks as OpenAI's does. */
  readonly compatible: Access | null;
  readonly choiceOf: (organization: string) => ModelChoice;
  readonly retriesMax: number;
  readonly breaker: BreakerSettings;
  readonly hedgeMs: number;
  readonly extract: Extract;
  /** What is said around the quotes, in the language of what is asked. */
  readonly textsFor: (asked: string) => ExtractiveTexts;
  readonly onCall: (call: ModelCall) => void;
  readonly onBreaker: (model: string, state: BreakerState) => void;
}

const isClaude = (name: string): boolean => name.includes('claude');

const createLinks = ({ claude, compatible, retriesMax, breaker, onCall, onBreaker }: ModelSettings) => {
  const links = new Map<string, Link>();
  return (name: string): Link | null => {
    const known = links.get(name);
    if (known) return known;
    const access = isClaude(name) ? claude : compatible;
    if (name === '' || !access) return null;
    const create = isClaude(name) ? createClaude : createOpenAiCompatible;
    const link = {
      model: create({ ...access, model: name, retriesMax, onCall }),
      breaker: createBreaker(breaker, (state) => onBreaker(name, state)),
    };
    links.set(name, link);
    return link;
  };
};

/** Each organization's own chain of models; without any key, quotes from the knowledge base. */
export const chooseModel = (settings: ModelSettings): Model => {
  const { choiceOf, hedgeMs, extract, textsFor } = settings;
  const last = createExtractive({ extract, textsFor });
  const linkTo = createLinks(settings);
  const chains = new Map<string, Model>();
  const chainFor = (organization: string, isShort: boolean): Model => {
    const { model, fallbackModel, smallerModel } = choiceOf(organization);
    const names = [...new Set([...(isShort ? [smallerModel] : []), model, fallbackModel])];
    const known = chains.get(names.join());
    if (known) return known;
    const [first, ...others] = names.flatMap((name) => linkTo(name) ?? []);
    const chain = first ? createChain({ links: [first, ...others], last, hedgeMs }) : last;
    chains.set(names.join(), chain);
    return chain;
  };
  const common = chainFor('', false);
  return {
    name: common.name,
    extractive: common.extractive,
    reads: common.reads,
    answer: (request, signal) => chainFor(request.payer.organization, request.isMoneyShort).answer(request, signal),
  };
};
