import { readFileSync } from 'node:fs';

import { featureCount, featuresOf, tokensOf } from './injection-features.ts';

/** A linear model: one weight for each place that a feature hashes to. */
export interface InjectionModel {
  readonly weights: ArrayLike<number>;
  readonly bias: number;
}

/** A text as the model reads it: whole, in overlapping windows, and its first and last sentence, where a document hides its orders. */
export interface InjectionBags {
  readonly whole: readonly number[];
  readonly windows: readonly (readonly number[])[];
  readonly edges: readonly (readonly number[])[];
}

const windowLength = 48;
const windowStep = 24;
const wholeLength = 400;
const sentenceLengthMin = 12;
/** One sentence alone is weaker evidence than a window: by this many units of log odds. */
const edgeDoubt = 1;

const edgesOf = (text: string): string[] => {
  const sentences = text.split(/(?<=[.!?])\s+|\n+/).filter((one) => one.trim().length > sentenceLengthMin);
  return sentences.length > 1 ? [sentences[0] ?? '', sentences.at(-1) ?? ''] : [];
};

export const toBags = (text: string): InjectionBags => {
  const tokens = tokensOf(text);
  if (tokens.length <= windowLength) return { whole: featuresOf(tokens), windows: [], edges: [] };
  const windows: number[][] = [];
  for (let from = 0; from < tokens.length - windowStep; from += windowStep)
    windows.push(featuresOf(tokens.slice(from, from + windowLength)));
  return {
    whole: featuresOf(tokens.slice(0, wholeLength)),
    windows,
    edges: edgesOf(text).map((sentence) => featuresOf(tokensOf(sentence))),
  };
};

/** Log odds; the features share one unit of length, so that a long text is not louder than a short one. */
export const logOddsOf = ({ weights, bias }: InjectionModel, features: readonly number[]): number => {
  let sum = 0;
  for (const feature of features) sum += weights[feature] ?? 0;
  return bias + sum / Math.sqrt(Math.max(1, features.length));
};

const highest = (model: InjectionModel, bags: InjectionBags['windows']): number =>
  Math.max(Number.NEGATIVE_INFINITY, ...bags.map((bag) => logOddsOf(model, bag)));

/** Log odds that the text tries to command the model. */
export const judge = (model: InjectionModel, { whole, windows, edges }: InjectionBags): number => {
  const all = logOddsOf(model, whole);
  if (windows.length === 0) return all;
  return Math.max((all + highest(model, windows)) / 2, highest(model, edges) - edgeDoubt);
};

/** Weights are kept as bytes, in units of the first four: they come from a minute of training (`npm run bench -- injection`). */
export const toFile = ({ weights, bias }: InjectionModel): Buffer => {
  const all = Array.from(weights);
  const unit = all.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0) / 127;
  const head = Buffer.alloc(8);
  head.writeFloatLE(unit, 0);
  head.writeFloatLE(bias, 4);
  return Buffer.concat([head, Buffer.from(Int8Array.from(all, (weight) => Math.round(weight / unit)).buffer)]);
};

export const fromFile = (file: Buffer): InjectionModel => {
  if (file.length !== featureCount + 8) throw new Error('The weights of the injection model are of another model.');
  const unit = file.readFloatLE(0);
  const bytes = new Int8Array(file.buffer, file.byteOffset + 8, featureCount);
  return { weights: Float32Array.from(bytes, (byte) => byte * unit), bias: file.readFloatLE(4) };
};

export const weightsFile = new URL('injection-weights.bin', import.meta.url);

let loaded: InjectionModel | null = null;

/** The model that is in use; read once. */
export const injectionModel = (): InjectionModel => (loaded ??= fromFile(readFileSync(weightsFile)));
