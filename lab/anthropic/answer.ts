import { pieces, type ErrorType, type Script } from './script.ts';
import { tokensIn, type InputUsage } from './usage.ts';
import type { MessagesRequest } from './validate.ts';

type Event = { readonly type: string; readonly [field: string]: unknown };

/** One answer of the model, whole or as the events of a stream. `pieces` must be read to its end before `finished` or `closing`. */
export interface Answer {
  opening(): readonly Event[];
  pieces(): AsyncIterable<string>;
  delta(text: string): Event;
  error(type: ErrorType): Event;
  closing(): readonly Event[];
  finished(): Event;
}

/** Ends the text where the API would: at the first stop sequence, or when `max_tokens` are used up. */
function cutAt(
  text: string,
  request: MessagesRequest,
): { text: string; reason: string; sequence: string | null } | null {
  const found = (request.stop_sequences ?? [])
    .map((sequence) => ({ sequence, at: text.indexOf(sequence) }))
    .filter(({ at }) => at >= 0)
    .toSorted((a, b) => a.at - b.at)[0];
  const charsMax = request.max_tokens * 4;
  if (found && found.at <= charsMax)
    return { text: text.slice(0, found.at), reason: 'stop_sequence', sequence: found.sequence };
  return text.length > charsMax ? { text: text.slice(0, charsMax), reason: 'max_tokens', sequence: null } : null;
}

export function answerOf(id: string, request: MessagesRequest, script: Script, input: InputUsage): Answer {
  let text = '';
  let stop: { reason: string; sequence: string | null } = { reason: 'end_turn', sequence: null };

  const usage = (outputTokens: number) => ({
    ...input,
    output_tokens: outputTokens,
    server_tool_use: null,
    service_tier: 'standard',
    inference_geo: 'not_available',
    ...script.usage,
  });
  const message = (fields: object) => ({
    id,
    type: 'message',
    role: 'assistant',
    model: request.model,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    stop_details: null,
    container: null,
    ...fields,
  });
  const stopFields = () => ({
    stop_reason: script.stopReason ?? stop.reason,
    stop_sequence: stop.sequence,
    stop_details: null,
    container: null,
  });

  return {
    opening: () => [
      { type: 'message_start', message: message({ usage: usage(1) }) },
      { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '', citations: null } },
      { type: 'ping' },
    ],
    async *pieces() {
      for await (const piece of pieces(script, request)) {
        const cut = cutAt(text + piece, request);
        const visible = cut ? cut.text.slice(text.length) : piece;
        text += visible;
        if (visible) yield visible;
        if (!cut) continue;
        stop = cut;
        return;
      }
    },
    delta: (piece) => ({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: piece } }),
    error: (type) => ({
      type: 'error',
      error: { type, message: type === 'overloaded_error' ? 'Overloaded' : 'Internal server error' },
    }),
    closing: () => [
      { type: 'content_block_stop', index: 0 },
      { type: 'message_delta', delta: stopFields(), usage: usage(tokensIn(text)) },
      { type: 'message_stop' },
    ],
    finished: () =>
      message({ content: [{ type: 'text', text, citations: null }], ...stopFields(), usage: usage(tokensIn(text)) }),
  };
}
