import { readFileSync } from 'node:fs';

import { isCandidate, seeText, type Tag, tagFeatureCount, tagFeatures, tags, type TextToken } from './tag-features.ts';

/** One weight for each place and tag but `none`, which the others are compared with. */
export interface TagModel {
  readonly name: ArrayLike<number>;
  readonly address: ArrayLike<number>;
}

export type Doubt = Readonly<Record<'name' | 'address', number>>;

/** Log odds that must be reached: a name that is missed is seen by a provider, one that is none makes an answer worse. */
const usualDoubt: Doubt = { name: 0.8, address: 0.4 };

const sum = (weights: ArrayLike<number>, features: readonly number[]): number => {
  let all = 0;
  for (const feature of features) all += weights[feature] ?? 0;
  return all;
};

/** The tag of every token, from left to right. */
export const tagTokens = (
  tokens: readonly TextToken[],
  model: TagModel = tagModel(),
  doubt: Doubt = usualDoubt,
): Tag[] => {
  const text = seeText(tokens);
  const found: Tag[] = [];
  for (const index of tokens.keys()) {
    const before = found[index - 1] ?? 'none';
    if (!isCandidate(text, index, before)) {
      found.push('none');
      continue;
    }
    const { own, around } = tagFeatures(text, index, before, found[index - 2] ?? 'none');
    const name = sum(model.name, own) + sum(model.name, around) - doubt.name;
    const address = sum(model.address, own) + sum(model.address, around) - doubt.address;
    found.push(name < 0 && address < 0 ? 'none' : name >= address ? 'name' : 'address');
  }
  return found;
};

/** Weights are kept as bytes, in units of the first four. */
export const toTagFile = ({ name, address }: TagModel): Buffer => {
  const all = [...Array.from(name), ...Array.from(address)];
  const unit = all.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0) / 127;
  const head = Buffer.alloc(4);
  head.writeFloatLE(unit, 0);
  return Buffer.concat([head, Buffer.from(Int8Array.from(all, (weight) => Math.round(weight / unit)).buffer)]);
};

const fromTagFile = (file: Buffer): TagModel => {
  if (file.length !== 4 + (tags.length - 1) * tagFeatureCount)
    throw new Error('The weights of the tagger are of another model.');
  const unit = file.readFloatLE(0);
  const weights = (part: number): Float32Array =>
    Float32Array.from(
      new Int8Array(file.buffer, file.byteOffset + 4 + part * tagFeatureCount, tagFeatureCount),
      (byte) => byte * unit,
    );
  return { name: weights(0), address: weights(1) };
};

export const tagFile = new URL('tag-weights.bin', import.meta.url);

let loaded: TagModel | null = null;

/** The model that is in use; read once. */
export const tagModel = (): TagModel => (loaded ??= fromTagFile(readFileSync(tagFile)));
