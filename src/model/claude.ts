import Anthropic from '@anthropic-ai/sdk';

import { ModelError } from '#core/errors.ts';
import { isStopped, type Model, type ModelAnswer, type ModelRequest, type ModelStream } from '#core/model.ts';

import { citeByPlace } from './cite-by-place.ts';
import { toModelError } from './failure.ts';
import { watchSilence } from './watch-silence.ts';

export interface ClaudeSettings {
  readonly apiKey: string;
  readonly baseUrl?: string;
  readonly model: string;
  /** Longest wait for the first words, and between any two. */
  readonly silenceMs: number;
  readonly retriesMax: number;
}

const stopReasonOf = (reason: string | null): ModelAnswer['stopReason'] =>
  reason === 'max_tokens' ? 'length' : reason === 'refusal' ? 'refused' : 'end';

/** Pictures stand before the words that ask about them (anthropic: docs/build-with-claude/vision). */
const toMessages = ({ messages, images }: ModelRequest): Anthropic.MessageParam[] =>
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
    return { role, content: [...pictures, { type: 'text', text, cache_control: { type: 'ephemeral' } }] };
  });

/**
 * Claude through its SDK, streaming. Marked for the prompt cache: the system prompt, which all conversations of an organization
 * share, and the conversation up to its last message.
 */
export const createClaude = ({ apiKey, baseUrl, model, silenceMs, retriesMax }: ClaudeSettings): Model => {
  const client = new Anthropic({ apiKey, maxRetries: retriesMax, ...(baseUrl ? { baseURL: baseUrl } : {}) });
  async function* ask(request: ModelRequest, signal: AbortSignal): ModelStream {
    using watch = watchSilence(silenceMs, signal);
    const answer = {
      model,
      stopReason: 'end' as ModelAnswer['stopReason'],
      inputTokens: 0,
      outputTokens: 0,
      cacheReadTokens: 0,
      cacheWriteTokens: 0,
    };
    let isWhole = false;
    try {
      const stream = await client.messages.create(
        {
          model,
          max_tokens: request.maxTokens,
          system: [{ type: 'text', text: request.system, cache_control: { type: 'ephemeral' } }],
          messages: toMessages(request),
          stream: true,
        },
        { signal: watch.signal },
      );
      for await (const event of stream) {
        watch.heard();
        if (event.type === 'message_start') {
          answer.inputTokens = event.message.usage.input_tokens;
          answer.cacheReadTokens = event.message.usage.cache_read_input_tokens ?? 0;
          answer.cacheWriteTokens = event.message.usage.cache_creation_input_tokens ?? 0;
        } else if (event.type === 'content_block_delta' && event.delta.type === 'text_delta') yield event.delta.text;
        else if (event.type === 'message_delta') {
          answer.outputTokens = event.usage.output_tokens;
          answer.stopReason = stopReasonOf(event.delta.stop_reason);
        } else if (event.type === 'message_stop') isWhole = true;
      }
    } catch (error) {
      if (watch.isSilent()) throw new ModelError(model, 'timeout', { cause: error });
      if (!isStopped(signal)) throw toModelError(model, error, (one) => one instanceof Anthropic.APIError);
    }
    const { stopReason, ...usage } = answer;
    if (isWhole) return { model, stopReason, usage };
    if (isStopped(signal)) return { model, stopReason: 'stopped', usage };
    throw new ModelError(model, watch.isSilent() ? 'timeout' : 'cut');
  }
  return {
    name: model,
    extractive: false,
    reads: 'images',
    answer: (request, signal) => citeByPlace(ask(request, signal), request.numbers),
  };
};
