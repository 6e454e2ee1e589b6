import type { ModelRequest, ModelStream } from '#core/model.ts';

import { citeByPlace } from './cite-by-place.ts';
import { readSignals } from './read-signals.ts';

/** What a model wrote, as the answer to a request: its citations by place, and what it noticed apart from its words. */
export const toAnswer = (stream: ModelStream, { payer, numbers }: ModelRequest): ModelStream =>
  payer.purpose === 'answer' ? citeByPlace(readSignals(stream, numbers), numbers) : stream;
