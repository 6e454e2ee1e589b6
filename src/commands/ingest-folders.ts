import { resolve } from 'node:path';

import { given } from '#core/given.ts';
import { findOrders } from '#guardrails/find-orders.ts';
import type { FileLimits } from '#knowledge/config.ts';
import type { Embedder } from '#knowledge/embed.ts';
import { ingest, type IngestProgress, type IngestReport } from '#knowledge/ingest.ts';
import { createKnowledgeStore } from '#store/knowledge.ts';
import { prepareVectors } from '#store/search-passages.ts';
import type { Store } from '#store/open.ts';

/** A folder that is read under a name other than its path, or with more to be said of its documents. */
export interface NamedFolder {
  readonly path: string;
  readonly name: string;
  readonly toUrl?: (id: string) => string | undefined;
  /** Whom its documents are for, where they do not say it themselves. */
  readonly audience?: readonly string[];
}

export interface IngestFoldersParts {
  readonly store: Store;
  readonly embedder: Embedder | null;
  readonly files: FileLimits;
  readonly folders: readonly (string | NamedFolder)[];
  /** Where people read a document, instead of the address it names itself. */
  readonly toUrl?: (id: string) => string | undefined;
  readonly write?: (line: string) => void;
  /** Called after each document. */
  readonly onProgress?: (progress: IngestProgress) => void;
}

const toSummary = ({ refused, passages, ...counts }: IngestReport): string =>
  `${counts.new} new, ${counts.changed} changed (${passages} passages), ${counts.unchanged} unchanged, ${counts.removed} removed, ${refused.length} refused`;

/** Brings the knowledge base to the state of the folders; returns what could not be read, one sentence each. */
export const ingestFolders = async ({
  store,
  embedder,
  files,
  folders,
  toUrl,
  write = () => undefined,
  onProgress,
}: IngestFoldersParts): Promise<string[]> => {
  const problems: string[] = [];
  if (embedder) await prepareVectors(store, embedder.dimensions);
  for (const folder of folders) {
    const { path, name, ...more } = typeof folder === 'string' ? { path: folder, name: resolve(folder) } : folder;
    const report = await ingest(path, {
      repository: createKnowledgeStore(store, name),
      embedder,
      files,
      scan: findOrders,
      ...given({ toUrl, onProgress }),
      ...more,
    });
    write(`${typeof folder === 'string' ? folder : name}: ${toSummary(report)}`);
    if (report.held > 0)
      write(`  ${report.held} passages give orders to the assistant and are held back: see "review"`);
    for (const problem of report.refused) write(`  ${problem}`);
    problems.push(...report.refused);
  }
  return problems;
};
