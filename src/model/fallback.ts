import { ModelError } from '#core/errors.ts';
import type { Model, ModelRequest } from '#core/model.ts';

/** A model that failed is asked last for this long. */
const coolMs = 30_000;

/**
 * The first model that answers. One that fails before its first word is passed over at once; one that breaks off later fails the
 * try, and is asked last in the next.
 */
export const createFallback = (models: readonly [Model, ...Model[]], now: () => number = Date.now): Model => {
  const failedAt = new Map<Model, number>();
  const isCooling = (model: Model): boolean => now() - (failedAt.get(model) ?? -Infinity) < coolMs;
  const [first] = models;
  return {
    name: first.name,
    extractive: first.extractive,
    reads: first.reads,
    answer: async function* (request: ModelRequest, signal: AbortSignal) {
      const order = [...models.filter((model) => !isCooling(model)), ...models.filter(isCooling)];
      for (const [index, model] of order.entries()) {
        let hasBegun = false;
        try {
          const answer = model.answer(request, signal);
          let step = await answer.next();
          try {
            for (; !step.done; step = await answer.next()) {
              hasBegun = true;
              yield step.value;
            }
          } finally {
            if (!step.done) await answer.return(undefined as never);
          }
          failedAt.delete(model);
          return step.value;
        } catch (error) {
          failedAt.set(model, now());
          if (hasBegun || signal.aborted || index === order.length - 1) throw error;
        }
      }
      throw new ModelError(first.name, 'unavailable');
    },
  };
};
