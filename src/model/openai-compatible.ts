import OpenAI from 'openai';

import { ModelError } from '#core/errors.ts';
import {
  isStopped,
  type Model,
  type ModelAnswer,
  type ModelCall,
  type ModelRequest,
  type ModelStream,
  noUsage,
  type Usage,
} from '#core/model.ts';

import { toModelError } from './failure.ts';
import { recorded, type Used } from './recorded.ts';
import { toAnswer } from './to-answer.ts';
import { type Patience, watchSilence } from './watch-silence.ts';

export interface OpenAiCompatibleSettings extends Patience {
  readonly apiKey: string;
  /** OpenAI unless told: Gemini's compatible endpoint, Ollama, vLLM and others speak the same. */
  readonly baseUrl?: string;
  readonly model: string;
  readonly retriesMax: number;
  readonly onCall: (call: ModelCall) => void;
}

const stopReasons: Readonly<Record<string, ModelAnswer['stopReason']>> = {
  length: 'length',
  content_filter: 'refused',
};

const toUsage = (usage: OpenAI.CompletionUsage): Usage => {
  const cached = usage.prompt_tokens_details?.cached_tokens ?? 0;
  return {
    ...noUsage,
    inputTokens: usage.prompt_tokens - cached,
    outputTokens: usage.completion_tokens,
    cacheReadTokens: cached,
  };
};

const toMessages = ({ messages, images }: ModelRequest): OpenAI.ChatCompletionMessageParam[] =>
  messages.map(({ role, text }, index): OpenAI.ChatCompletionMessageParam => {
    if (role === 'assistant' || images.length === 0 || index < messages.length - 1) return { role, content: text };
    const pictures = images.map(({ mediaType, bytes }) => ({
      type: 'image_url' as const,
      image_url: { url: `data:${mediaType};base64,${Buffer.from(bytes).toString('base64')}` },
    }));
    return { role, content: [...pictures, { type: 'text', text }] };
  });

/** Chat completions, streaming, with the system prompt in the system role. */
export const createOpenAiCompatible = (settings: OpenAiCompatibleSettings): Model => {
  const { apiKey, baseUrl, model, retriesMax, onCall } = settings;
  const client = new OpenAI({ apiKey, maxRetries: retriesMax, ...(baseUrl ? { baseURL: baseUrl } : {}) });
  async function* ask(request: ModelRequest, signal: AbortSignal, used: Used): ModelStream {
    using watch = watchSilence(settings, signal);
    let stopReason: ModelAnswer['stopReason'] | null = null;
    try {
      const stream = await client.chat.completions.create(
        {
          model,
          max_tokens: request.maxTokens,
          messages: [{ role: 'system', content: request.system }, ...toMessages(request)],
          stream: true,
          stream_options: { include_usage: true },
        },
        { signal: watch.signal },
      );
      for await (const chunk of stream) {
        const [choice] = chunk.choices;
        if (choice?.delta.content) {
          watch.heard();
          yield choice.delta.content;
        }
        if (choice?.finish_reason) stopReason = stopReasons[choice.finish_reason] ?? 'end';
        if (chunk.usage) used.usage = toUsage(chunk.usage);
      }
    } catch (error) {
      if (watch.isSilent()) throw new ModelError(model, 'timeout', { cause: error });
      if (!isStopped(signal)) throw toModelError(model, error, (one) => one instanceof OpenAI.APIError);
    }
    if (!stopReason && isStopped(signal)) stopReason = 'stopped';
    if (!stopReason) throw new ModelError(model, watch.isSilent() ? 'timeout' : 'cut');
    return { model, stopReason, usage: used.usage };
  }
  return {
    name: model,
    extractive: false,
    reads: 'images',
    answer: (request, signal) =>
      toAnswer(
        recorded(model, request, onCall, (used) => ask(request, signal, used)),
        request,
      ),
  };
};
