import { expect, test } from 'vitest';

import { ConfigError } from '#core/errors.ts';

import { createToLanguage, readSentences } from './sentences.ts';

const folder = new URL('../../prompts/sentences/', import.meta.url);
const problemsOf = (own: Record<string, Record<string, string>>, language = 'en'): readonly string[] => {
  try {
    readSentences(folder, own, language);
    return [];
  } catch (error) {
    return error instanceof ConfigError ? error.problems : [String(error)];
  }
};

test('what the operator words goes before what we say, and the wording of a channel before both', () => {
  const { say, languages } = readSentences(folder, { en: { welcome: 'Hi from Acme!', 'welcome@sms': 'Hi!' } }, 'en');
  expect([...languages].toSorted()).toEqual(['de', 'en', 'es', 'fr']);
  expect(say({ language: 'en', channel: 'web' }, 'welcome')).toBe('Hi from Acme!');
  expect(say({ language: 'en', channel: 'sms' }, 'welcome')).toBe('Hi!');
  expect(say({ language: 'de', channel: 'sms' }, 'joined', { agent: 'Grace' })).toBe('Sie sprechen jetzt mit Grace.');
  expect(say({ language: 'ja', channel: 'web' }, 'welcome')).toBe('Hi from Acme!');
});

test('a sentence that is no sentence of ours, and a language with some missing, are told at once', () => {
  expect(problemsOf({ en: { wellcome: 'Hi' } })).toEqual(['sentences.en.wellcome is no sentence of ours.']);
  expect(problemsOf({ it: { welcome: 'Ciao' } })).toContain('sentences.it.stopped is missing.');
  expect(problemsOf({}, 'pt')).toEqual(['assistant.language: there are no sentences in "pt".']);
});

test('the language written in goes before the one spoken before, and that before the one the platform tells', () => {
  const toLanguage = createToLanguage(
    new Set(['en', 'de', 'fr']),
    (text) => (text === 'Guten Tag' ? 'de' : 'und'),
    'en',
  );
  expect(toLanguage('Guten Tag', 'fr', 'en-GB')).toBe('de');
  expect(toLanguage('ok', 'fr', 'de-DE')).toBe('fr');
  expect(toLanguage('ok', null, 'de-DE')).toBe('de');
  expect(toLanguage('ok', 'ja', 'pt-BR')).toBe('en');
});
