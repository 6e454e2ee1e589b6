import { given } from '#core/given.ts';
import { openStore, type Store } from '#store/open.ts';

import type { Config } from '../config.ts';

export const openDatabase = (config: Config): Promise<Store> =>
  openStore({
    folder: config.dataFolder,
    connectionsMax: config.limits.connectionsMax,
    silenceMs: config.limits.databaseSilenceMs,
    isPooled: config.secrets.DATABASE_DIRECT_URL !== undefined,
    ...given({ url: config.secrets.DATABASE_URL }),
  });
