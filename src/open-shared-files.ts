import type { Channel } from '#core/channel.ts';
import type { Vault } from '#core/sealed.ts';
import { createShareFiles, fileIndex, type ShareFiles } from '#escalation/share-files.ts';
import { mediaTypeOf } from '#knowledge/read-file.ts';
import type { Store } from '#store/open.ts';
import { findSharedFile } from '#store/shared-files.ts';

import type { Config } from './config.ts';

export interface SharedFilesParts {
  readonly store: Store;
  readonly vault: Vault;
  readonly channels: ReadonlyMap<string, Channel>;
  readonly config: Config;
}

export interface SharedFiles {
  readonly share: ShareFiles;
  /** The file at an address of ours, or null. */
  readonly read: (url: string) => Promise<Uint8Array | null>;
  /** What whoever opens that address is given. */
  readonly respond: (code: string) => Promise<Response | null>;
}

const path = '/files/';

/** As a header may say it: RFC 6266 with RFC 5987. */
const disposition = (name: string): string =>
  `attachment; filename*=UTF-8''${encodeURIComponent(name).replaceAll(/['()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`)}`;

/** Files between a customer and an agent: taken from the one platform, kept for a while, and had from our own address. */
export const openSharedFiles = ({ store, vault, channels, config }: SharedFilesParts): SharedFiles => {
  const { limits, server, secrets } = config;
  const origin = secrets.FIRSTLINE_PUBLIC_URL ?? `http://localhost:${server.port}`;
  const find = (code: string) => findSharedFile(store, fileIndex(vault, code), limits.sharedFileMs, vault.unwrap);
  return {
    share: createShareFiles({
      channels,
      vault,
      filesMax: limits.filesMax,
      lengthMax: limits.sharedFileLengthMax,
      mediaTypeOf,
      toUrl: (code) => new URL(path + code, origin).href,
    }),
    read: async (url) => (await find(url.slice(url.lastIndexOf('/') + 1)))?.bytes ?? null,
    respond: async (code) => {
      const found = await find(code);
      return (
        found &&
        new Response(new Uint8Array(found.bytes), {
          headers: {
            'content-type': mediaTypeOf(found.bytes),
            'content-disposition': disposition(found.name),
            // It is somebody else's: it is saved, and never run as a page of ours, found by a search, or kept on the way.
            'content-security-policy': "sandbox; default-src 'none'",
            'x-content-type-options': 'nosniff',
            'x-robots-tag': 'noindex',
            'referrer-policy': 'no-referrer',
            'cache-control': 'private, no-store',
          },
        })
      );
    },
  };
};
