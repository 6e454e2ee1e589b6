import { expect, test } from 'vitest';

import { clusterQuestions } from './cluster-questions.ts';
import { findContradictions, findDuplicates } from './compare-documents.ts';

const page = (document: string, text: string) => ({ document, title: document, text });
const long =
  'Members collect one point for each dollar. Points are added after delivery and expire eighteen months after the last order.';

test('a document that says much of what another does is told, however it is set', () => {
  const pages = [
    page('a', `# Points\n\n${long}`),
    page('b', `**Club.** ${long} Leave at any time.`),
    page(
      'c',
      'Tents and kayaks can be rented in three stores, for a deposit that is held on a card until they are back.',
    ),
  ];
  expect(findDuplicates(pages)).toMatchObject([{ one: 'a', other: 'b' }]);
});

test('what every document ends with makes none a duplicate', () => {
  const pages = Array.from({ length: 30 }, (_, index) =>
    page(`p${index}`, `Page ${index} is about matter ${index * 7}. ${long}`),
  );
  expect(findDuplicates(pages)).toEqual([]);
});

test('two documents that say the same with other figures contradict one another', () => {
  const pages = [
    page('returns', 'You may return any unused item within **45 days** of delivery. Shoes need their box.'),
    page('faq', 'An unused item may be returned within 30 days of delivery.'),
    page('members', 'Members may return items within 45 days of delivery.'),
    page('stores', 'Our 14 stores are open from 10 a.m. to 8 p.m.'),
  ];
  const found = findContradictions(pages);
  expect(found).toHaveLength(1);
  expect(found[0]?.one).toEqual({ document: 'returns', sentence: expect.stringContaining('45 days') });
  expect(found[0]?.other).toEqual({ document: 'faq', sentence: expect.stringContaining('30 days') });
});

test('questions that ask for the same are one, the most often asked first', () => {
  const questions = [
    'do you have gift wrapping',
    'Is there vegan food in the cafeteria?',
    'can you do gift wrapping for a present',
    'Gift wrapping?',
    'how do I become an affiliate',
    'vegan food?',
  ].map((text) => ({ text }));
  const clusters = clusterQuestions(questions);
  expect(clusters.map(({ questions: own }) => own.length)).toEqual([3, 2, 1]);
  expect(clusters[0]?.like.text).toMatch(/gift wrapping/i);
});
