import { createHash } from 'node:crypto';
import { promptBlocks, type Block } from './validate.ts';

export interface InputUsage {
  /** Tokens after the last breakpoint. */
  readonly input_tokens: number;
  readonly cache_creation_input_tokens: number;
  readonly cache_read_input_tokens: number;
  readonly cache_creation: { readonly ephemeral_5m_input_tokens: number; readonly ephemeral_1h_input_tokens: number };
}

/** Four characters a token: near enough for English, and the same every time. */
export const tokensIn = (text: string): number => Math.ceil(text.length / 4);

/** All input tokens of a body, as `count_tokens` answers them. */
export const tokensOf = (body: Block): number =>
  promptBlocks(body).reduce((sum, block) => sum + tokensIn(JSON.stringify(unmarked(block))), 0);

const unmarked = (block: Block): Block => ({ ...block, cache_control: undefined });

/** A breakpoint looks back at most this many blocks for a prefix that is cached (prompt caching documentation). */
const lookbackBlocks = 20;
const ttlMs = { '5m': 300_000, '1h': 3_600_000 } as const;

/**
 * The prompt cache: a breakpoint reads the longest cached prefix and writes up to itself. Prefixes under `minTokens` (1,024 for most models)
 * are never cached. `now` is the clock, in ms.
 */
export function createPromptCache(minTokens: number, now: () => number): { account(body: Block): InputUsage } {
  const expiries = new Map<string, { expiresAt: number; ttl: number }>();

  function prefixesOf(body: Block) {
    const hash = createHash('sha256').update(String(body.model));
    let tokens = 0;
    return promptBlocks(body).map((block) => {
      const text = JSON.stringify(unmarked(block));
      tokens += tokensIn(text);
      hash.update(text);
      const mark = block.cache_control as { ttl?: '5m' | '1h' } | undefined;
      return { key: hash.copy().digest('hex'), tokens, mark };
    });
  }

  return {
    account(body) {
      const prefixes = prefixesOf(body);
      const last = prefixes.at(-1);
      // A top-level cache_control puts the breakpoint on the last block.
      if (last && body.cache_control && !last.mark) last.mark = body.cache_control as { ttl?: '5m' | '1h' };
      const breakpoints = [...prefixes.entries()].filter(([, prefix]) => prefix.mark && prefix.tokens >= minTokens);
      let read = 0;
      for (const [at] of breakpoints.toReversed()) {
        for (const prefix of prefixes.slice(Math.max(0, at - lookbackBlocks), at + 1).toReversed()) {
          const entry = expiries.get(prefix.key);
          if (!entry || entry.expiresAt <= now()) continue;
          entry.expiresAt = now() + entry.ttl;
          read = Math.max(read, prefix.tokens);
        }
      }
      const written = { '5m': 0, '1h': 0 };
      let covered = read;
      for (const [, prefix] of breakpoints) {
        if (prefix.tokens <= covered) continue;
        const ttl = prefix.mark?.ttl ?? '5m';
        written[ttl] += prefix.tokens - covered;
        covered = prefix.tokens;
        expiries.set(prefix.key, { expiresAt: now() + ttlMs[ttl], ttl: ttlMs[ttl] });
      }
      return {
        input_tokens: (prefixes.at(-1)?.tokens ?? 0) - covered,
        cache_creation_input_tokens: written['5m'] + written['1h'],
        cache_read_input_tokens: read,
        cache_creation: { ephemeral_5m_input_tokens: written['5m'], ephemeral_1h_input_tokens: written['1h'] },
      };
    },
  };
}
