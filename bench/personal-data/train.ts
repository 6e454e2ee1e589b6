import {
  isCandidate,
  seeText,
  type Tag,
  tagFeatureCount,
  tagFeatures,
  type TextToken,
} from '#guardrails/pii/tag-features.ts';
import type { TagModel } from '#guardrails/pii/tagger.ts';

import { createRandom } from '../random.ts';

export interface TaggedText {
  readonly tokens: readonly TextToken[];
  readonly tags: readonly Tag[];
  readonly weight: number;
}

const epochs = 6;
const rate = 0.25;
const decay = 1e-6;
/** The word itself is looked at in so few of the names, or the model would know these and no others. */
const ownShare = 0.15;

interface Trained {
  readonly weights: Float32Array;
  readonly squares: Float32Array;
}

const learn = ({ weights, squares }: Trained, features: readonly number[], isIt: boolean, weight: number): void => {
  let odds = 0;
  for (const feature of features) odds += weights[feature]!;
  const error = (1 / (1 + Math.exp(-odds)) - (isIt ? 1 : 0)) * weight;
  if (Math.abs(error) < 1e-3) return;
  for (const feature of features) {
    const gradient = error + decay * weights[feature]!;
    squares[feature]! += gradient * gradient;
    weights[feature]! -= (rate * gradient) / Math.sqrt(squares[feature]!);
  }
};

/** Two logistic regressions over the same features, by AdaGrad, the same for the same texts. */
export const trainTagger = (texts: readonly TaggedText[]): TagModel => {
  const random = createRandom('tagger');
  const create = (): Trained => ({
    weights: new Float32Array(tagFeatureCount),
    squares: new Float32Array(tagFeatureCount).fill(0.05),
  });
  const name = create();
  const address = create();
  const order = [...texts];
  for (let epoch = 0; epoch < epochs; epoch += 1) {
    for (let index = order.length - 1; index > 0; index -= 1) {
      const other = random.between(0, index);
      [order[index], order[other]] = [order[other]!, order[index]!];
    }
    for (const { tokens, tags, weight } of order) {
      const text = seeText(tokens);
      for (const [index, tag] of tags.entries()) {
        const before = tags[index - 1] ?? 'none';
        if (!isCandidate(text, index, before)) continue;
        const { own, around } = tagFeatures(text, index, before, tags[index - 2] ?? 'none');
        const features = tag === 'name' && !random.chance(ownShare) ? around : [...around, ...own];
        learn(name, features, tag === 'name', weight);
        learn(address, features, tag === 'address', weight);
      }
    }
  }
  return { name: name.weights, address: address.weights };
};
