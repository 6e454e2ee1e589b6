import { expect, test } from 'vitest';

import { createCitationRepair } from './citation-repair.ts';

const cite = createCitationRepair({
  passages: ['Refunds take 10 days.', 'Express costs $14.95 and takes 2 days.', 'Repairs take 6 weeks.'],
  said: ['My order is 4711'],
});

test.each([
  ['Express costs $14.95 [1].', 'Express costs $14.95 [1][2].'],
  ['Express costs $14.95 [2].', 'Express costs $14.95 [2].'],
  ['Refunds take 10 days [1], express costs $14.95 [2].', 'Refunds take 10 days [1], express costs $14.95 [2].'],
  ['Your order 4711 is on its way [1].', 'Your order 4711 is on its way [1].'],
  ['Express costs $14.95.', 'Express costs $14.95.'],
  ['It takes 99 days [1].', 'It takes 99 days [1].'],
])('%s', (sentence, repaired) => expect(cite(sentence)).toBe(repaired));
