import { readdirSync, readFileSync } from 'node:fs';

import { parse } from 'yaml';
import { z } from 'zod';

import { ConfigError } from '#core/errors.ts';
import { type Say, type SentenceName, sentenceNames } from '#core/sentences.ts';

type Catalog = Readonly<Record<string, string>>;

export interface Sentences {
  readonly say: Say;
  /** The languages there are words in, as ISO 639-1. */
  readonly languages: ReadonlySet<string>;
}

const isName = (key: string): boolean => (sentenceNames as readonly string[]).includes(key.split('@')[0] ?? '');

const problemsIn = (language: string, catalog: Catalog): string[] => [
  ...sentenceNames.filter((name) => !catalog[name]).map((name) => `sentences.${language}.${name} is missing.`),
  ...Object.keys(catalog)
    .filter((key) => !isName(key))
    .map((key) => `sentences.${language}.${key} is no sentence of ours.`),
];

/**
 * Reads a folder with one catalog for each language, such as `en.yaml`, with the operator's own wording over it. Throws ConfigError
 * with every sentence that is missing or unknown.
 */
export const readSentences = (
  folder: URL,
  own: Readonly<Record<string, Catalog>>,
  fallbackLanguage: string,
): Sentences => {
  const catalogs = new Map<string, Catalog>(Object.entries(own));
  for (const file of readdirSync(folder)) {
    const language = file.replace(/\.yaml$/, '');
    const catalog = z.record(z.string(), z.string()).parse(parse(readFileSync(new URL(file, folder), 'utf8')));
    catalogs.set(language, { ...catalog, ...own[language] });
  }
  const problems = [...catalogs].flatMap(([language, catalog]) => problemsIn(language, catalog));
  const fallback = catalogs.get(fallbackLanguage);
  if (!fallback) problems.push(`assistant.language: there are no sentences in "${fallbackLanguage}".`);
  if (problems.length > 0 || !fallback) throw new ConfigError(problems);
  const find = (language: string, channel: string, name: SentenceName): string => {
    const catalog = catalogs.get(language) ?? fallback;
    return catalog[`${name}@${channel}`] ?? catalog[name] ?? '';
  };
  return {
    languages: new Set(catalogs.keys()),
    say: ({ language, channel }, name, values = {}) =>
      find(language, channel, name).replaceAll(/\{(\w+)\}/g, (braces, key: string) => values[key] ?? braces),
  };
};

/** The language to speak: the one that is written in, or was before, or that the platform tells of the person. */
export const createToLanguage =
  (languages: ReadonlySet<string>, detect: (text: string) => string, fallbackLanguage: string) =>
  (text: string, before: string | null, locale: string | undefined): string => {
    const known = [text === '' ? '' : detect(text), before, locale?.slice(0, 2).toLowerCase()];
    return known.find((language) => typeof language === 'string' && languages.has(language)) ?? fallbackLanguage;
  };
