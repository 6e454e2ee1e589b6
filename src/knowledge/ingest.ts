import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import type { FileLimits } from './config.ts';
import { DocumentError, type SourceDocument } from './document.ts';
import type { Embedder } from './embed.ts';
import { findDocuments, type FoundDocument } from './find-documents.ts';
import { fileBytesMax, isCollection } from './file-kinds.ts';
import { mayBeIn } from './language.ts';
import { readDocuments } from './read-document.ts';
import type { KnowledgeRepository, StoredPassage } from './repository.ts';
import { split, splitVersion, type PassageDraft } from './split.ts';
import { documentVector, terms, termsVersion } from './terms.ts';

export interface IngestParts {
  readonly repository: KnowledgeRepository;
  /** Null: passages are found by their words only. */
  readonly embedder: Embedder | null;
  readonly files: FileLimits;
  /** Where people read a document, instead of the address it names itself. */
  readonly toUrl?: (id: string) => string | undefined;
  /** Whom the documents are for that do not say it themselves. */
  readonly audience?: readonly string[];
  /** The rules by which a text gives orders to whoever reads it; without it nothing is looked for. */
  readonly scan?: (text: string) => readonly string[];
  readonly onProgress?: (progress: IngestProgress) => void;
}

export interface IngestProgress {
  readonly document: string;
  readonly outcome: 'new' | 'changed' | 'unchanged' | 'removed' | 'refused';
  /** The sentence that says what to do about a refused document. */
  readonly problem?: string;
  /** Files looked at, this one included, of those there are. */
  readonly done: number;
  readonly total: number;
}

export interface IngestReport {
  readonly new: number;
  readonly changed: number;
  readonly unchanged: number;
  readonly removed: number;
  /** Of documents that are new or changed. */
  readonly passages: number;
  /** Passages that wait for a person to look at them. */
  readonly held: number;
  /** One sentence for each document that could not be read: its name, why, and what to do. Its passages of the last time stay. */
  readonly refused: readonly string[];
}

/**
 * Terms in an average passage, for BM25's normalization by length. The splitter aims at one size, so a constant serves
 * as well as the true average, and vectors already stored stay right when documents come and go.
 */
export const typicalPassageTerms = 70;

/** Changes when what is looked for in passages does, so that all are looked at again. */
const scanVersion = 1;

/** Brings the repository to the state of a folder. Throws when the folder cannot be walked or the repository fails. */
export async function ingest(folder: string, parts: IngestParts): Promise<IngestReport> {
  const { repository, onProgress = () => undefined } = parts;
  const stored = new Map((await repository.listDocuments()).map(({ id, hash }) => [id, hash]));
  const seen = new Set<string>();
  const refused: string[] = [];
  const counts = { new: 0, changed: 0, unchanged: 0, removed: 0 };
  const made = { passages: 0, held: 0 };
  let isComplete = true;
  const files: FoundDocument[] = [];
  for await (const found of findDocuments(folder)) files.push(found);
  let done = 0;
  const count = (document: string, outcome: keyof typeof counts) => {
    counts[outcome] += 1;
    onProgress({ document, outcome, done, total: files.length });
  };
  const refuse = (document: string, problem: string) => {
    refused.push(problem);
    onProgress({ document, outcome: 'refused', problem, done, total: files.length });
  };

  for (const found of files) {
    done += 1;
    const documents = await readFound(found, parts.files).catch((error: unknown) => {
      if (!(error instanceof DocumentError)) throw error;
      refuse(found.id, error.message);
      seen.add(found.id);
      // Which documents an unreadable collection held is not known, so that none may be taken for deleted.
      if (isCollection(found.id)) isComplete = false;
      return [];
    });
    for (const read of documents) {
      const url = parts.toUrl?.(read.id) ?? read.url;
      const document = { ...read, ...(url && { url }) };
      if (seen.has(document.id)) {
        refuse(document.id, `${document.id}: two documents have this id (again in ${found.id}); rename one`);
        continue;
      }
      seen.add(document.id);
      const audience = document.audience ?? parts.audience;
      const hash = fingerprint(document, audience, parts.embedder);
      if (stored.get(document.id) === hash) {
        count(document.id, 'unchanged');
        continue;
      }
      const passages = await toPassages(document, parts);
      const { id, title } = document;
      await repository.replaceDocument(
        { id, title, ...(url && { url }), ...(audience && { audience }), hash },
        passages,
      );
      made.passages += passages.length;
      made.held += passages.filter(({ held }) => held.length > 0).length;
      count(id, stored.has(id) ? 'changed' : 'new');
    }
  }

  for (const id of isComplete ? stored.keys() : []) {
    if (seen.has(id)) continue;
    await repository.removeDocument(id);
    count(id, 'removed');
  }
  // Also when nothing changed: an ingest that was interrupted before this line is completed by the next.
  await repository.publish();
  return { ...counts, ...made, refused };
}

/** A parser that runs out of stack tells of its file, and of nothing else. */
const refuseDepth = <Made>(id: string, make: () => Made): Made => {
  try {
    return make();
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new DocumentError(id, 'nests its parts too deep to be read; flatten it', { cause });
  }
};

async function readFound({ id, path }: FoundDocument, limits: FileLimits): Promise<SourceDocument[]> {
  const unreadable = (cause: unknown) => {
    throw new DocumentError(id, 'cannot be opened; check that the file exists and may be read', { cause });
  };
  const { size } = await stat(path).catch(unreadable);
  // Told before the file is in memory.
  if (size > fileBytesMax(id, limits)) throw new DocumentError(id, `has ${size} bytes; split it into several files`);
  const bytes = await readFile(path).catch(unreadable);
  return readDocuments(id, bytes, limits).then(
    (documents) => {
      // What nests too deep for its parser is found out here, and not where it would end the reading of all others.
      for (const document of documents) refuseDepth(id, () => split(document));
      return documents;
    },
    (error: unknown) =>
      refuseDepth(id, () => {
        throw error;
      }),
  );
}

const fingerprint = (
  document: SourceDocument,
  audience: readonly string[] | undefined,
  embedder: Embedder | null,
): string =>
  createHash('sha256')
    .update(
      JSON.stringify([
        document.hash,
        document.url,
        splitVersion,
        scanVersion,
        termsVersion,
        embedder?.name ?? null,
        ...(audience ? [audience] : []),
      ]),
    )
    .digest('hex');

async function toPassages(
  document: SourceDocument,
  { embedder, scan = () => [] }: IngestParts,
): Promise<StoredPassage[]> {
  const drafts = split(document);
  const contents = drafts.map((draft) => indexedText(document, draft));
  const isUnderstood = embedder !== null && understands(embedder, document);
  const embeddings = isUnderstood ? await embedder.embed(contents, 'document') : [];
  return drafts.map((draft, index) => {
    // The title counts twice: it names the product that the text then calls "your account".
    const found = terms(`${document.title}\n${contents[index]!}`);
    return {
      ...draft,
      terms: [...new Set(found)],
      termVector: documentVector(found, typicalPassageTerms).toSparsevec(),
      embedding: embeddings[index] ?? null,
      embedder: embeddings[index] && embedder ? embedder.name : null,
      held: scan(`${draft.heading}\n${draft.text}`),
    };
  });
}

/** A passage is looked for by what stands above it as well. */
const indexedText = ({ title }: SourceDocument, { heading, text }: PassageDraft): string =>
  [title, heading === title ? '' : heading, text].filter((part) => part !== '').join('\n');

const understands = ({ languages }: Embedder, { language, text }: SourceDocument): boolean =>
  language === undefined || languages === 'all'
    ? mayBeIn(languages, text)
    : languages.has(language.toLowerCase().split('-')[0]!);
