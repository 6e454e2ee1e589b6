import { randomBytes } from 'node:crypto';

import type { Incoming, MediaAddress } from './inbound-form.ts';

type File = NonNullable<Incoming['media']>[number];

/** Files of people's messages: the account has the address, which leads to where each is kept. */
export interface MediaStore {
  add(file: File): MediaAddress;
  /** By the account's name of it. */
  find(sid: string): { readonly key: string } | undefined;
  open(key: string): File | undefined;
}

export const createMediaStore = (accountSid: string, url: () => string): MediaStore => {
  const keys = new Map<string, string>();
  const files = new Map<string, File>();
  return {
    add(file) {
      const [sid, key] = [`ME${randomBytes(16).toString('hex')}`, randomBytes(16).toString('hex')];
      keys.set(sid, key);
      files.set(key, file);
      const message = `MM${randomBytes(16).toString('hex')}`;
      return {
        url: `${url()}/2010-04-01/Accounts/${accountSid}/Messages/${message}/Media/${sid}`,
        contentType: file.contentType,
      };
    },
    find(sid) {
      const key = keys.get(sid);
      return key === undefined ? undefined : { key };
    },
    open: (key) => files.get(key),
  };
};
