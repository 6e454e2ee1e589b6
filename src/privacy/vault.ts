import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto';

import type { Sealed, Sealer, Vault } from '#core/sealed.ts';

const nonceBytes = 12;
const tagBytes = 16;
const keyBytes = 32;

/** AES-256-GCM with a random nonce: nonce, tag, ciphertext. */
const encrypt = (key: KeyObject, text: Buffer, purpose: string): Buffer => {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(purpose));
  const body = Buffer.concat([cipher.update(text), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), body]);
};

const decrypt = (key: KeyObject, sealed: Buffer, purpose: string): Buffer => {
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, nonceBytes))
    .setAAD(Buffer.from(purpose))
    .setAuthTag(sealed.subarray(nonceBytes, nonceBytes + tagBytes));
  return Buffer.concat([decipher.update(sealed.subarray(nonceBytes + tagBytes)), decipher.final()]);
};

const createSealer = (bytes: Buffer): Sealer => {
  // Made once: from bare bytes each use would take four times as long.
  const key = createSecretKey(bytes);
  return {
    seal: (text, purpose) => encrypt(key, Buffer.from(text), purpose) as Sealed,
    open: (sealed, purpose) => decrypt(key, sealed, purpose).toString(),
  };
};

/** The part that holds the master key (32 bytes). Every other key is derived from it or wrapped by it. */
export const createVault = (
  masterKey: Buffer,
): Vault & { readonly fingerprint: string; derive(name: string): Buffer; sealerOf(name: string): Sealer } => {
  const derive = (name: string): Buffer =>
    Buffer.from(hkdfSync('sha256', masterKey, Buffer.alloc(0), `firstline ${name}`, keyBytes));
  const wrapping = createSecretKey(derive('wrap'));
  const indexing = createSecretKey(derive('index'));
  return {
    derive,
    /** For what belongs to no conversation. */
    sealerOf: (name) => createSealer(derive(name)),
    /** Tells two master keys apart without telling anything about them. */
    fingerprint: derive('fingerprint').toString('hex').slice(0, 16),
    create: () => {
      const key = randomBytes(keyBytes);
      return { sealer: createSealer(key), wrapped: encrypt(wrapping, key, 'conversation key') };
    },
    unwrap: (wrapped) => createSealer(decrypt(wrapping, Buffer.from(wrapped), 'conversation key')),
    index: (kind, value) => createHmac('sha256', indexing).update(`${kind}\0${value}`).digest('base64url'),
  };
};
