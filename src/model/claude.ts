import Anthropic from '@anthropic-ai/sdk';

import { ModelError } from '#core/errors.ts';
import {
  isStopped,
  type Model,
  type ModelAnswer,
  type ModelCall,
  type ModelRequest,
  type ModelStream,
  type Usage,
} from '#core/model.ts';

import { toModelError } from './failure.ts';
import { recorded, type Used } from './recorded.ts';
import { toAnswer } from './to-answer.ts';
import { type Patience, watchSilence } from './watch-silence.ts';

export interface ClaudeSettings extends Patience {
  readonly apiKey: string;
  readonly baseUrl?: string;
  readonly model: string;
  readonly retriesMax: number;
  readonly onCall: (call: ModelCall) => void;
}

const stopReasonOf = (reason: string | null): ModelAnswer['stopReason'] =>
  reason === 'max_tokens' ? 'length' : reason === 'refusal' ? 'refused' : 'end';

/** What was read: it is told before the first words. */
const toUsage = (usage: Anthropic.Usage): Usage => ({
  inputTokens: usage.input_tokens,
  outputTokens: 0,
  cacheReadTokens: usage.cache_read_input_tokens ?? 0,
  cacheWriteTokens: usage.cache_creation_input_tokens ?? 0,
});

/** Up to here it is read from the cache the next time, within five minutes (anthropic: docs/build-with-claude/prompt-caching). */
const cached = { type: 'ephemeral' } as const;

/** Pictures stand before the words that ask about them (anthropic: docs/build-with-claude/vision). */
const toMessages = ({ messages, images, payer }: ModelRequest): Anthropic.MessageParam[] =>
  messages.map(({ role, text }, index) => {
    if (index < messages.length - 1) return { role, content: text };
    const pictures = images.map(({ mediaType, bytes }): Anthropic.ImageBlockParam => ({
      type: 'image',
      source: {
        type: 'base64',
        media_type: mediaType as Anthropic.Base64ImageSource['media_type'],
        data: Buffer.from(bytes).toString('base64'),
      },
    }));
    // The next turn begins with all of this: it is read from the cache then.
    const isKept = payer.purpose === 'answer';
    const words: Anthropic.TextBlockParam = { type: 'text', text, ...(isKept ? { cache_control: cached } : {}) };
    return { role, content: [...pictures, words] };
  });

/**
 * Claude through its SDK, streaming. Marked for the prompt cache: the system prompt, which all conversations of an organization
 * share, and the conversation up to its last message.
 */
export const createClaude = (settings: ClaudeSettings): Model => {
  const { apiKey, baseUrl, model, retriesMax, onCall } = settings;
  const client = new Anthropic({ apiKey, maxRetries: retriesMax, ...(baseUrl ? { baseURL: baseUrl } : {}) });
  async function* ask(request: ModelRequest, signal: AbortSignal, used: Used): ModelStream {
    using watch = watchSilence(settings, signal);
    let stopReason: ModelAnswer['stopReason'] = 'end';
    let isWhole = false;
    try {
      const stream = await client.messages.create(
        {
          model,
          max_tokens: request.maxTokens,
          system: [{ type: 'text', text: request.system, cache_control: cached }],
          messages: toMessages(request),
          stream: true,
        },
        { signal: watch.signal },
      );
      for await (const event of stream) {
        if (event.type === 'message_start') used.usage = toUsage(event.message.usage);
        else if (event.type === 'content_block_delta' && event.delta.type === 'text_delta') {
          watch.heard();
          yield event.delta.text;
        } else if (event.type === 'message_delta') {
          used.usage = { ...used.usage, outputTokens: event.usage.output_tokens };
          stopReason = stopReasonOf(event.delta.stop_reason);
        } else if (event.type === 'message_stop') isWhole = true;
      }
    } catch (error) {
      if (watch.isSilent()) throw new ModelError(model, 'timeout', { cause: error });
      if (!isStopped(signal)) throw toModelError(model, error, (one) => one instanceof Anthropic.APIError);
    }
    const { usage } = used;
    if (isWhole) return { model, stopReason, usage };
    if (isStopped(signal)) return { model, stopReason: 'stopped', usage };
    throw new ModelError(model, watch.isSilent() ? 'timeout' : 'cut');
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
