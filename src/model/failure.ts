import { ModelError } from '#core/errors.ts';

/** What the SDKs' errors have in common: a status where the service answered, and its headers. */
interface ApiFailure {
  readonly status?: number | undefined;
  readonly headers?: Headers | undefined;
}

/** Why a model gave no whole answer, in our words. `isApi` tells the errors of its SDK from all others. */
export const toModelError = (model: string, error: unknown, isApi: (error: unknown) => boolean): ModelError => {
  if (error instanceof ModelError) return error;
  const { status, headers } = (isApi(error) ? error : {}) as ApiFailure;
  if (status === undefined) return new ModelError(model, 'cut', { cause: error });
  const retryAfter = Number(headers?.get('retry-after'));
  const options = { cause: error, ...(retryAfter > 0 ? { retryAfterMs: retryAfter * 1000 } : {}) };
  if (status === 429) return new ModelError(model, 'rate_limited', options);
  if (status === 529) return new ModelError(model, 'overloaded', options);
  return new ModelError(model, status >= 500 ? 'unavailable' : 'invalid', options);
};
