import { expect, test } from 'vitest';

import { caseActions, toCaseAction } from './case-draft.ts';

const id = '3f0a1c9e-0000-8000-a000-0123456789ab';

test('a button says which case it is of, and a press is read back as it was', () => {
  const [claim, back] = caseActions(id, ['claim', 'back']);
  expect(claim).toMatchObject({ label: 'Claim', style: 'primary' });
  expect(toCaseAction(claim?.id ?? '')).toEqual({ act: 'claim', id });
  expect(toCaseAction(back?.id ?? '')).toEqual({ act: 'back', id });
});

test.each(['human', 'claim', 'claim:', `claim:${id}x`, `toString:${id}`, "claim:' or 1=1", `:${id}`])(
  'no case is read from %s',
  (action) => {
    expect(toCaseAction(action)).toBeNull();
  },
);
