import { expect, test } from 'vitest';

import { leaveOutPersonal } from './leave-out-personal.ts';

test('what is personal by its form is left out of a line, unless it stood in what it was made from', () => {
  const line = 'Order AB-77431 of [EMAIL_1], or write to ann.planted@example.com';
  expect(leaveOutPersonal(line, ['They wrote: [EMAIL_1]'])).toBe('Order AB-77431 of [EMAIL_1], or write to [EMAIL]');
  expect(leaveOutPersonal(line, ['Our address is ann.planted@example.com.'])).toBe(line);
});
