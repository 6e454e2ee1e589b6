/**
 * Why a database that answers stores nothing, by SQLSTATE (PostgreSQL documentation, appendix A). Such an error comes back to
 * whoever wrote, and is kept here for those who ask how the database is.
 */
const words: Readonly<Record<string, string>> = {
  '25006': 'it takes no writes, it is read-only',
  '53100': 'its disk is full',
  '53200': 'it is out of memory',
  '53300': 'it has too many connections',
  '58030': 'its disk fails',
};

/** Milliseconds that one is believed without being heard again: what was refused is tried again sooner. */
const believedMs = 60_000;

export interface Complaints {
  /** Runs the work, and keeps what the database complains of. */
  hear<T>(work: () => Promise<T>): Promise<T>;
  last(): string | null;
}

export const createComplaints = (): Complaints => {
  let heard: { readonly code: string; readonly at: number } | null = null;
  return {
    hear: async (work) => {
      try {
        return await work();
      } catch (error) {
        const { code } = error as { readonly code?: unknown };
        if (typeof code === 'string' && code in words) heard = { code, at: performance.now() };
        throw error;
      }
    },
    last: () => (heard && performance.now() - heard.at < believedMs ? (words[heard.code] ?? null) : null),
  };
};
