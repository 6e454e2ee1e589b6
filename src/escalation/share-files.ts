import { randomBytes } from 'node:crypto';

import type { Attachment, Channel, OutboundFile } from '#core/channel.ts';
import { ChannelError } from '#core/errors.ts';
import type { Vault } from '#core/sealed.ts';
import type { SharedFile } from '#core/turn.ts';

export interface ShareFilesParts {
  readonly channels: ReadonlyMap<string, Channel>;
  readonly vault: Pick<Vault, 'index'>;
  /** Files of one message. */
  readonly filesMax: number;
  /** Bytes of one file. */
  readonly lengthMax: number;
  /** What a file is by its bytes. */
  readonly mediaTypeOf: (bytes: Uint8Array) => string;
  /** Where a file of this code can be had. */
  readonly toUrl: (code: string) => string;
}

export interface Shared {
  readonly files: readonly { readonly kept: SharedFile; readonly file: OutboundFile }[];
  /** Names of those that could not be had, or are too large. */
  readonly missing: readonly string[];
}

export type ShareFiles = (channel: string, attachments: readonly Attachment[]) => Promise<Shared>;

/** Letters of nobody's name: 132 bits, which nobody guesses. */
const newCode = (): string => randomBytes(17).toString('base64url').slice(0, 22);

/** Fingerprint of a code, which is all that is kept of it besides the address that a person is given. */
export const fileIndex = (vault: Pick<Vault, 'index'>, code: string): string => vault.index('file', code);

const nameLengthMax = 100;
/** A name is its sender's: nothing in it may lead elsewhere, or hide its ending. */
const toName = (name: string, index: number): string =>
  name
    .replaceAll(/[\p{Cc}\p{Cf}/\\<>:"|?*[\]()]/gu, '_')
    .replace(/^\.+/, '')
    .slice(-nameLengthMax) || `file-${index + 1}`;

/**
 * Takes the files of a message from its platform, to be kept by us while the other side may fetch them: an address at the one
 * platform says nothing to people on the other, or holds a way in that is not theirs.
 */
export const createShareFiles =
  ({ channels, vault, filesMax, lengthMax, mediaTypeOf, toUrl }: ShareFilesParts): ShareFiles =>
  async (name, attachments) => {
    const channel = channels.get(name);
    const fetchFile = async (file: Attachment): Promise<Uint8Array | null> => {
      if (!channel?.download || (file.size ?? 0) > lengthMax) return null;
      return channel.download(file.key, lengthMax).catch((error: unknown) => {
        // It comes again with the whole turn, which is tried anew; what is refused stays so.
        if (error instanceof ChannelError && error.reason !== 'rate_limited') return null;
        throw error;
      });
    };
    const files: Shared['files'][number][] = [];
    const missing: string[] = [];
    for (const [index, attachment] of attachments.entries()) {
      const bytes = index < filesMax ? await fetchFile(attachment) : null;
      const called = toName(attachment.name, index);
      if (!bytes) {
        missing.push(called);
        continue;
      }
      const code = newCode();
      files.push({
        kept: { codeIndex: fileIndex(vault, code), name: called, bytes },
        file: { name: called, mediaType: mediaTypeOf(bytes), size: bytes.byteLength, url: toUrl(code) },
      });
    }
    return { files, missing };
  };
