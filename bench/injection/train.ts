import { featureCount } from '#guardrails/injection-features.ts';
import type { InjectionBags, InjectionModel } from '#guardrails/injection-model.ts';

import { createRandom } from '../random.ts';

export interface Prepared {
  readonly set: string;
  readonly isAttack: boolean;
  readonly bags: InjectionBags;
}

interface Lesson {
  readonly features: readonly number[];
  readonly isAttack: boolean;
  readonly weight: number;
}

const epochs = 10;
const rate = 0.3;
const decay = 2e-6;

/** How much a row counts: attacks are few, and harmless rows in the words of attacks are what the model must tell apart. */
const weightOf = ({ set, isAttack }: Prepared): number => {
  if (set === 'attacks') return 1.5;
  if (isAttack) return 3;
  return /hard-negatives|wildguard|deepset|bipia/.test(set) ? 3 : 1;
};

const lessonsOf = (row: Prepared): Lesson[] => {
  const { isAttack, bags } = row;
  const weight = weightOf(row);
  const last = bags.windows.length - 1;
  // Most windows of a long attack are harmless by themselves; the orders stand at its beginning or end.
  const shareOf = (index: number): number =>
    isAttack ? (index === 0 || index === last ? 1 : 0.4) / Math.sqrt(bags.windows.length) : 0.5;
  return [
    { features: bags.whole, isAttack, weight },
    ...bags.windows.map((features, index) => ({ features, isAttack, weight: weight * shareOf(index) })),
  ];
};

/** Logistic regression by AdaGrad, the same for the same rows. */
export const train = (rows: readonly Prepared[]): InjectionModel => {
  const random = createRandom('injection');
  const lessons = rows.flatMap(lessonsOf);
  const weights = new Float32Array(featureCount);
  const squares = new Float32Array(featureCount).fill(1e-3);
  let bias = -2;
  for (let epoch = 0; epoch < epochs; epoch += 1) {
    for (let index = lessons.length - 1; index > 0; index -= 1) {
      const other = Math.floor(random.next() * (index + 1));
      [lessons[index], lessons[other]] = [lessons[other]!, lessons[index]!];
    }
    for (const { features, isAttack, weight } of lessons) {
      const scale = 1 / Math.sqrt(Math.max(1, features.length));
      let sum = bias;
      for (const feature of features) sum += weights[feature]! * scale;
      const error = (1 / (1 + Math.exp(-sum)) - (isAttack ? 1 : 0)) * weight;
      bias -= 0.02 * error;
      for (const feature of features) {
        const gradient = error * scale + decay * weights[feature]!;
        squares[feature]! += gradient * gradient;
        weights[feature]! -= (rate * gradient) / Math.sqrt(squares[feature]!);
      }
    }
  }
  return { weights, bias };
};
