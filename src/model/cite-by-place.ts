import type { ModelStream } from '#core/model.ts';

/** A place that no passage has: what stands there is taken out like any other number that was made up. */
const nowhere = 99;

/** What may still become a citation. */
const opening = /\[\d{0,3}$/;

/**
 * The stream of a model that cites passages by the numbers they bear in its messages, as one that cites them by their places from 1
 * on. A number that is none of them becomes one that names no passage.
 */
export async function* citeByPlace(stream: ModelStream, numbers: readonly number[]): ModelStream {
  if (numbers.every((number, index) => number === index + 1)) return yield* stream;
  const places = new Map(numbers.map((number, index) => [number, index + 1]));
  const toPlaces = (text: string): string =>
    text.replaceAll(/\[(\d{1,3})\](?!\()/g, (_, number: string) => `[${places.get(Number(number)) ?? nowhere}]`);
  let held = '';
  let step = await stream.next();
  try {
    for (; !step.done; step = await stream.next()) {
      const text = held + step.value;
      // A link's text is told from a citation by what follows the bracket.
      held = /\[\d{1,3}\]$/.exec(text)?.[0] ?? opening.exec(text)?.[0] ?? '';
      const ready = toPlaces(text.slice(0, text.length - held.length));
      if (ready !== '') yield ready;
    }
  } finally {
    if (!step.done) await stream.return(undefined as never);
  }
  if (held !== '') yield toPlaces(held);
  return step.value;
}
