import { expect, test } from 'vitest';

import { inspectOut, inspectText } from './inspect.ts';
import { normalize } from './normalize.ts';

test('offsets are code points of the input', () => {
  const report = inspectText('🙂🙂 mail jo@mail.test please');
  expect(report.spans).toEqual([{ start: 8, end: 20, type: 'EMAIL' }]);
  expect(report.redacted).toBe('🙂🙂 mail [EMAIL_1] please');
});

test.each([1, 4, 'random', 'whole'] as const)('an answer leaves the same in pieces: %s', (chunking) => {
  const rules = { allowedHosts: ['help.shop.test'] };
  const text = 'Hi 🙂, see [guide](https://help.shop.test/a) or [this](https://bad.test/b), call (212) 555-0147 now.';
  expect(inspectOut(text, chunking, rules).text).toBe(
    'Hi 🙂, see [guide](https://help.shop.test/a) or this, call [PHONE] now.',
  );
});

test('a normalized index leads back to where its character came from', () => {
  const { text, toOriginal } = normalize('ﬁ\u200bx①');
  expect(text).toBe('fix1');
  expect([0, 1, 2, 3, 4].map(toOriginal)).toEqual([0, 0, 2, 3, 4]);
});
