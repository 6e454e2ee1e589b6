import { isJson, type Json } from './verify.ts';

/** Fields of a payload that may hold anything. */
export const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;
export const object = (value: unknown): Json => (isJson(value) ? value : {});
export const first = (value: unknown): Json => object(Array.isArray(value) ? value[0] : undefined);

/** `seconds.microseconds`, which both names a message and tells its time. */
export const timestamp = (value: unknown): string | undefined =>
  typeof value === 'string' && /^\d{1,12}(?:\.\d{1,9})?$/.test(value) ? value : undefined;

/** `seconds.microseconds` as a date. Never used to tell messages apart: a float has not the digits for it. */
export const toDate = (ts: string): Date => new Date(Math.floor(Number(ts) * 1000));
