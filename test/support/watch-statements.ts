import type { Sql, Store } from '#store/open.ts';

const isOfQueue = /\bpgboss\./;

/**
 * The same store, telling every statement: those of the app with the beginning and the end of each transaction, and on the
 * embedded database, whose one connection they share, those of the queue.
 */
export const watchStatements = (store: Store, tell: (statement: string) => void): Store => {
  const watch = (sql: Sql): Sql => ({
    query: (text, parameters) => {
      tell(text);
      return sql.query(text, parameters);
    },
  });
  const { embedded } = store;
  if (embedded)
    for (const method of ['query', 'exec'] as const) {
      const original = embedded[method].bind(embedded) as (...args: unknown[]) => never;
      const watched = (...args: unknown[]): never => {
        if (isOfQueue.test(String(args[0]))) tell(String(args[0]));
        return original(...args);
      };
      Object.assign(embedded, { [method]: watched });
    }
  return {
    ...store,
    ...watch(store),
    transaction: async (work) => {
      tell('begin');
      const made = await store.transaction((transaction) => work({ ...transaction, ...watch(transaction) }));
      tell('commit');
      return made;
    },
  };
};
