import type { MessagesRequest } from './validate.ts';

export type ErrorType =
  | 'invalid_request_error'
  | 'authentication_error'
  | 'permission_error'
  | 'not_found_error'
  | 'request_too_large'
  | 'rate_limit_error'
  | 'api_error'
  | 'overloaded_error';

/** How the model behaves on one request. Every field may be left out. */
export interface Script {
  /** The whole answer, or a function of the request. */
  readonly text?: string | ((request: MessagesRequest) => string);
  /** The answer piece by piece, each sent when the iterable yields it; wins over `text`. */
  readonly chunks?: Iterable<string> | AsyncIterable<string>;
  /** Characters in one `content_block_delta` when `text` is cut; 16 unless told. */
  readonly chunkChars?: number;
  readonly firstTokenDelayMs?: number;
  readonly chunkDelayMs?: number;
  /** Awaited before each chunk goes out, with its index from 0. */
  readonly gate?: (chunkIndex: number) => Promise<void>;
  /** Refuse the request. `retryAfterSeconds` becomes the `retry-after` header. */
  readonly fail?: {
    readonly status: number;
    readonly type: ErrorType;
    readonly message?: string;
    readonly retryAfterSeconds?: number;
  };
  /** Break a stream with `event: error` once this many characters are out. */
  readonly failAfterChars?: number;
  /** What that event says; `overloaded_error` unless told. */
  readonly failType?: ErrorType;
  /** Destroy the socket once this many characters are out. */
  readonly cutAfterChars?: number;
  /** Go silent once this many characters are out, until the reader leaves. */
  readonly stallAfterChars?: number;
  /** Pings before every chunk of a stream, beside the one that every stream opens with. */
  readonly pingsBeforeChunk?: number;
  readonly stopReason?: string;
  /** Overrides single counters of the computed usage. */
  readonly usage?: Readonly<Record<string, number>>;
}

const chunkCharsDefault = 16;

function plainText(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content.map((block: Record<string, unknown>) => blockText(block)).join('\n');
}

function blockText(block: Record<string, unknown>): string {
  if (block.type === 'text') return String(block.text ?? '');
  if (block.type === 'search_result' || block.type === 'tool_result') return plainText(block.content);
  if (block.type !== 'document') return '';
  const source = (block.source ?? {}) as { data?: unknown; content?: unknown; type?: unknown };
  return source.type === 'text' ? String(source.data ?? '') : plainText(source.content);
}

const taggedPassage = /<(passage|document|source|search_result)\b[^>]*>([\s\S]*?)<\/\1>/i;

/** With nothing scripted the model quotes: the first passage in the newest user message that has one, else that person's own words. */
export function quoteFirstPassage(request: MessagesRequest): string {
  const contents = request.messages.filter((message) => message.role === 'user').map((message) => message.content);
  for (const content of contents.toReversed()) {
    const blocks = Array.isArray(content) ? content : [];
    const grounded = blocks.find((block) => block.type === 'document' || block.type === 'search_result');
    const passage = grounded ? blockText(grounded) : taggedPassage.exec(plainText(content))?.[2];
    if (passage?.trim())
      return passage
        .replaceAll(/<[^>]+>/g, ' ')
        .replaceAll(/[ \t]+/g, ' ')
        .trim();
  }
  return `You wrote: ${plainText(contents.at(-1)).trim().slice(0, 200)}`;
}

/** The pieces of the answer in order, without any delay. Cuts between characters, never inside a surrogate pair. */
export async function* pieces(script: Script, request: MessagesRequest): AsyncGenerator<string> {
  if (script.chunks) {
    yield* script.chunks;
    return;
  }
  const text = typeof script.text === 'function' ? script.text(request) : (script.text ?? quoteFirstPassage(request));
  const characters = [...text];
  const size = Math.max(1, script.chunkChars ?? chunkCharsDefault);
  for (let start = 0; start < characters.length; start += size) yield characters.slice(start, start + size).join('');
}
