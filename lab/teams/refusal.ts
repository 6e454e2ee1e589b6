import type { Context } from 'hono';

/** How the connector says no. */
export interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

export const refuse = (c: Context, { status, code, message }: Refusal, headers: Record<string, string> = {}) =>
  c.json({ error: { code, message } }, status as 400, headers);

export const notFound = (code: string, message: string): Refusal => ({ status: 404, code, message });
