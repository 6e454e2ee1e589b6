import type { Embedder } from '#knowledge/embed.ts';
import { createRetrieve, type Retrieve } from '#knowledge/retrieve.ts';
import { createKnowledgeStore } from '#store/knowledge.ts';
import type { Store } from '#store/open.ts';
import { fileLimits } from '#test/support/file-limits.ts';

import { ingestFolders } from '../../src/commands/ingest-folders.ts';

/** The sample help center, read into a store of one's own. */
export const readHelpCenter = async (store: Store, embedder: Embedder | null): Promise<Retrieve> => {
  await ingestFolders({
    store,
    embedder,
    files: fileLimits,
    folders: [new URL('../../lab/help-center', import.meta.url).pathname],
  });
  return createRetrieve({ repository: createKnowledgeStore(store, ''), embedder });
};
