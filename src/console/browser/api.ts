import type { CaseRow, CaseView } from './shapes.ts';

export type Act = 'claim' | 'reply' | 'back' | 'release' | 'resolve' | 'undo';

/** Throws an Error that says what to do, for people. */
async function call<T>(path: string, init?: RequestInit): Promise<T> {
  const response = await fetch(`/console/api/${path}`, init).catch(() => null);
  if (response?.status === 401) location.reload();
  if (response?.ok) return (await response.json()) as T;
  const told = (await response?.json().catch(() => null)) as { error?: string } | null;
  throw new Error(told?.error ?? 'Firstline cannot be reached. It is tried again.');
}

export const listCases = (state: string): Promise<CaseRow[]> => call(`cases?state=${state}`);
export const readCase = (id: string): Promise<CaseView> => call(`cases/${id}`);
/** `id` names this one act: sent again under it, it is done once. */
export const perform = (found: string, act: Act, id: string, text?: string): Promise<unknown> =>
  call(`cases/${found}/acts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ id, act, ...(text === undefined ? {} : { text }) }),
  });
