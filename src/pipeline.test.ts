import { expect, expectTypeOf, test } from 'vitest';

import { Halt, pipeline, type Stage } from '#core/stage.ts';
import type {
  Admitted,
  Delivered,
  Generated,
  InputGuarded,
  Moderated,
  OnTopic,
  Opened,
  OutputGuarded,
  Received,
  Relayed,
  Retrieved,
} from '#core/turn.ts';
import type { deliver } from '#delivery/deliver.ts';
import type { generate } from '#model/generate.ts';

import type { createPipeline } from './pipeline.ts';

test('the stages of a turn stand in this order', () => {
  expectTypeOf<ReturnType<typeof createPipeline>['run']>().parameter(0).toEqualTypeOf<Received>();
});

test('no stage can be left out: what comes before a guard does not fit what comes after it', () => {
  expectTypeOf<Received>().not.toExtend<Opened>();
  expectTypeOf<Opened>().not.toExtend<Relayed>();
  expectTypeOf<Relayed>().not.toExtend<Admitted>();
  expectTypeOf<Admitted>().not.toExtend<InputGuarded>();
  expectTypeOf<InputGuarded>().not.toExtend<Retrieved>();
  expectTypeOf<Retrieved>().not.toExtend<Moderated>();
  expectTypeOf<Moderated>().not.toExtend<OnTopic>();
  expectTypeOf<Generated>().not.toExtend<OutputGuarded>();
  expectTypeOf<OutputGuarded>().not.toExtend<Delivered>();
  // A model is given guarded words only, and a person checked ones only.
  expectTypeOf<ReturnType<typeof generate>>().parameter(0).toEqualTypeOf<OnTopic>();
  expectTypeOf<ReturnType<typeof deliver>>().parameter(0).toEqualTypeOf<OutputGuarded>();
});

const add =
  (by: number): Stage<number, number> =>
  async (count) =>
    count + by;

test('stages run one after another, each under its name, until one halts', async () => {
  const seen: string[] = [];
  const counting = pipeline<number>()
    .stage('one', add(1))
    .stage('ten', async (count) => (count > 5 ? new Halt('enough', { tell: 'Enough.' }) : count + 10))
    .stage('hundred', add(100));
  const observe = async <T>(stage: string, work: () => Promise<T>): Promise<T> => {
    seen.push(stage);
    return work();
  };
  expect(counting.stages).toEqual(['one', 'ten', 'hundred']);
  expect(await counting.run(1, observe)).toBe(112);
  expect(await counting.run(9, observe)).toMatchObject({ reason: 'enough' });
  expect(seen).toEqual(['one', 'ten', 'hundred', 'one', 'ten']);
});
