import { expect, test } from 'vitest';
import type { Budget } from '#core/channel.ts';
import { createLimits } from '#lab/teams/limits.ts';
import { budgetOf } from './budget.ts';

const hourMs = 3_600_000;

/** Whoever takes a token the moment there is one. */
function createGreedy(budgets: readonly Omit<Budget, 'longer'>[]) {
  const tokens = budgets.map(({ size }) => size);
  return (sinceMs: number): boolean => {
    budgets.forEach(({ size, refillPerMinute }, index) => {
      tokens[index] = Math.min(size, (tokens[index] ?? 0) + (refillPerMinute * sinceMs) / 60_000);
    });
    const mayCall = tokens.every((left) => left >= 1);
    if (mayCall) tokens.forEach((left, index) => (tokens[index] = left - 1));
    return mayCall;
  };
}

test('whoever uses up the budget of a conversation for hours is never told to wait, in none of the platform’s windows', () => {
  let now = 0;
  const limits = createLimits(() => now);
  const { longer, ...budget } = budgetOf('a');
  const take = createGreedy([budget, ...(longer ? [longer] : [])]);
  let calls = 0;
  for (; now < 3 * hourMs; now += 250) {
    if (!take(250)) continue;
    calls += 1;
    limits.waitSeconds('send', 'a');
  }
  expect(limits.refused()).toBe(0);
  // What is held back is little of what the platform takes.
  expect(calls).toBeGreaterThan(3 * 900);
});
