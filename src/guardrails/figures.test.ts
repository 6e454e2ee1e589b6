import { expect, test } from 'vitest';

import { foreignFigures, knownFigures } from './figures.ts';

const foreign = (sentence: string, ...texts: string[]) => foreignFigures(sentence, knownFigures(texts));

test.each([
  ['Refunds take 14 days.', 'We refund within fourteen days.'],
  ['It costs 1,299.00 euros.', 'Price: EUR 1299'],
  ['It costs 1 299 €.', 'Price: 1.299,00 €'],
  ['We open at 9:00 and close at 17:30.', 'Open from 9 am to 5:30 pm'],
  ['The offer ends on March 3.', 'until 3 March'],
  ['1. Open the app.\n2. Press the button. [3]', 'Open the app. Press the button.'],
  ['Your order [ORDER_1] is on its way.', 'Orders are tracked.'],
  ['You may exchange one of them.', 'Exchanges are free.'],
  ['You may keep it.', 'Keep it.'],
])('%s is said by: %s', (sentence, text) => expect(foreign(sentence, text)).toEqual([]));

test.each([
  ['Refunds take 30 days.', 'We refund within fourteen days.', ['30']],
  ['Refunds take five days.', 'We refund within fourteen days.', ['5']],
  ['It costs 12.99 euros.', 'Price: EUR 1299', ['12.99']],
  ['We close at 18:00.', 'Open from 9 am to 5 pm', ['18']],
  ['The offer ends on April 3.', 'until 3 March', ['month 4']],
  ['Call 555 0199.', 'Call 555 0100.', ['199']],
])('%s is not said by: %s', (sentence, text, figures) => expect(foreign(sentence, text)).toEqual(figures));
