import { basename, join } from 'node:path';

import { ConfigError } from '#core/errors.ts';
import { given } from '#core/given.ts';
import type { SourceSettings } from '#knowledge/config.ts';
import type { Embedder } from '#knowledge/embed.ts';
import type { IngestProgress } from '#knowledge/ingest.ts';
import { bringIntercom, bringZendesk } from '#knowledge/sources/articles.ts';
import { SourceError } from '#knowledge/sources/download.ts';
import { bringGit } from '#knowledge/sources/git.ts';
import { type Brought, openShelf } from '#knowledge/sources/shelf.ts';
import { bringWebsite } from '#knowledge/sources/website.ts';
import type { Store } from '#store/open.ts';

import type { Config } from '../config.ts';
import { ingestFolders } from './ingest-folders.ts';

export interface ReadSourcesParts {
  readonly config: Pick<Config, 'knowledge' | 'secrets' | 'dataFolder'>;
  readonly store: Store;
  readonly embedder: Embedder | null;
  readonly write?: (line: string) => void;
  readonly onProgress?: (progress: IngestProgress) => void;
}

interface Place {
  readonly folder: string;
  readonly toUrl?: (id: string) => string | undefined;
  readonly problems: readonly string[];
}

const bring = async (
  source: SourceSettings,
  folder: string,
  { config, write = () => undefined }: ReadSourcesParts,
): Promise<Place> => {
  const { reading } = config.knowledge;
  const toPlace = ({ changed, unchanged, removed, problems }: Brought): Place => {
    write(`${source.name}: ${changed} pages brought, ${unchanged} unchanged, ${removed} gone`);
    const shelf = openShelf(folder);
    return { folder, toUrl: (id) => shelf.urlOf(basename(id)), problems };
  };
  switch (source.kind) {
    case 'git':
      return {
        folder: await bringGit(
          { url: source.url, ...given({ branch: source.branch, folder: source.folder }) },
          folder,
          { timeoutMs: reading.gitMs },
        ),
        problems: [],
      };
    case 'website':
      return toPlace(
        await bringWebsite({ sitemap: source.sitemap, ...given({ include: source.include }) }, folder, reading),
      );
    case 'zendesk':
      return toPlace(await bringZendesk({ ...source, access: config.secrets.ZENDESK_ACCESS }, folder, reading));
    case 'intercom':
      return toPlace(await bringIntercom({ ...source, access: config.secrets.INTERCOM_ACCESS_TOKEN }, folder, reading));
  }
};

/** Each of these sources, or all: what changed there is brought here, and then read. Resolves with what could not be, one sentence each. */
export const readSources = async (parts: ReadSourcesParts, names: readonly string[] = []): Promise<string[]> => {
  const { config, store, embedder, write = () => undefined } = parts;
  const { sources, files } = config.knowledge;
  const unknown = names.filter((name) => !sources.some((source) => source.name === name));
  if (unknown.length > 0)
    throw new ConfigError([
      `There is no source ${unknown.join(', ')}: ${sources.map(({ name }) => name).join(', ') || 'knowledge.sources names none'}.`,
    ]);
  const problems: string[] = [];
  for (const source of sources.filter(({ name }) => names.length === 0 || names.includes(name))) {
    try {
      const place = await bring(source, join(config.dataFolder, 'sources', source.name), parts);
      for (const problem of place.problems) write(`  ${problem}`);
      problems.push(...place.problems);
      const folders = [
        { path: place.folder, name: source.name, ...given({ toUrl: place.toUrl, audience: source.audience }) },
      ];
      problems.push(
        ...(await ingestFolders({
          store,
          embedder,
          files,
          folders,
          write,
          ...given({ onProgress: parts.onProgress }),
        })),
      );
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
      // The others are read all the same, and what this one said before answers on.
      write(`  ${source.name}: ${error.message}`);
      problems.push(`${source.name}: ${error.message}`);
    }
  }
  return problems;
};
