import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { ConfigError, StoreError } from '#core/errors.ts';
import type { Store } from '#store/open.ts';

const decode = (text: string, source: string): Buffer => {
  const key = Buffer.from(text.trim(), 'base64');
  if (key.length !== 32)
    throw new ConfigError([`${source} must be 32 bytes in base64. Make one with: openssl rand -base64 32`]);
  return key;
};

/** The master key from the environment; without it one kept in the data folder, made (readable by its owner only) on first use. */
export const loadMasterKey = (
  fromEnvironment: string | undefined,
  folder: string,
): { key: Buffer; made: boolean; path: string | null } => {
  if (fromEnvironment) return { key: decode(fromEnvironment, 'FIRSTLINE_MASTER_KEY'), made: false, path: null };
  const path = join(folder, 'master.key');
  if (existsSync(path)) return { key: decode(readFileSync(path, 'utf8'), path), made: false, path };
  mkdirSync(folder, { recursive: true });
  const key = randomBytes(32);
  writeFileSync(path, `${key.toString('base64')}\n`, { mode: 0o600, flag: 'wx' });
  return { key, made: true, path };
};

/** Refuses a master key other than the one this database was sealed under: its texts would be unreadable, and new ones to others. */
export const checkMasterKey = async (store: Store, fingerprint: string): Promise<void> => {
  await store.query(`insert into setting (name, value) values ('master_key', $1) on conflict do nothing`, [
    fingerprint,
  ]);
  const [row] = await store.query<{ value: string }>(`select value from setting where name = 'master_key'`);
  if (row?.value !== fingerprint)
    throw new StoreError(
      'This database was sealed under another master key. Set FIRSTLINE_MASTER_KEY to the key it was made with.',
    );
};
