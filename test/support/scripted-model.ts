import { type Model, type ModelRequest, noUsage } from '#core/model.ts';

/** A model that says what a test tells it to, piece by piece; an Error in the script is thrown. */
export type Script = (request: ModelRequest) => AsyncIterable<string> | Iterable<string | Error>;

export interface ScriptedModel extends Model {
  readonly requests: ModelRequest[];
  next(script: Script): void;
}

export const createScriptedModel = (): ScriptedModel => {
  const scripts: Script[] = [];
  const requests: ModelRequest[] = [];
  return {
    name: 'scripted',
    extractive: false,
    reads: 'images',
    requests,
    next: (script) => void scripts.push(script),
    answer: async function* (request) {
      requests.push(request);
      const script =
        scripts.shift() ??
        (() => [
          `You asked: ${request.question}. `,
          request.passages.length > 0 ? 'The help pages say so [1].' : 'I do not know.',
        ]);
      for await (const piece of script(request)) {
        if (typeof piece !== 'string') throw piece;
        yield piece;
      }
      return { model: 'scripted', usage: noUsage, stopReason: 'end' };
    },
  };
};
