import { resolve } from 'node:path';

import { given } from '#core/given.ts';
import { findOrders } from '#guardrails/find-orders.ts';
import type { Embedder } from '#knowledge/embed.ts';
import { ingest } from '#knowledge/ingest.ts';
import { createKnowledgeStore } from '#store/knowledge.ts';
import type { Store } from '#store/open.ts';

export interface IngestFoldersParts {
  readonly store: Store;
  readonly embedder: Embedder | null;
  readonly folders: readonly string[];
  /** Where people read a document, instead of the address it names itself. */
  readonly toUrl?: (id: string) => string;
  readonly write?: (line: string) => void;
  /** Called after each document. */
  readonly onDocument?: () => void;
}

/** Brings the knowledge base to the state of the folders; returns what could not be read, one sentence each. */
export const ingestFolders = async ({
  store,
  embedder,
  folders,
  toUrl,
  write = () => undefined,
  onDocument,
}: IngestFoldersParts): Promise<string[]> => {
  const problems: string[] = [];
  for (const folder of folders) {
    const report = await ingest(folder, {
      repository: createKnowledgeStore(store, resolve(folder)),
      embedder,
      scan: findOrders,
      ...given({ toUrl }),
      onProgress: () => onDocument?.(),
    });
    write(
      `${folder}: ${report.replaced} documents read (${report.passages} passages), ${report.unchanged} unchanged, ${report.removed} removed`,
    );
    if (report.held > 0)
      write(`  ${report.held} passages give orders to the assistant and are held back: see "review"`);
    for (const problem of report.problems) write(`  ${problem}`);
    problems.push(...report.problems);
  }
  return problems;
};
