import { randomBytes } from 'node:crypto';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from 'jose';

/** What a test may bend in a token for the bot. */
export interface TokenOverrides {
  readonly iss?: string;
  readonly aud?: string;
  readonly serviceurl?: string;
  /** Lifetime from now; negative makes an expired token. One hour unless told. */
  readonly expiresInSeconds?: number;
  /** `stranger` signs with a key the metadata does not hold but claims its id; `webchat` with a key not endorsed for Teams. */
  readonly signedBy?: 'teams' | 'webchat' | 'stranger';
}

export interface Tokens {
  /** The JWKS document. */
  readonly keys: readonly (JWK & { endorsements: string[] })[];
  /** An RS256 token as the platform sends it to the bot. */
  forBot(overrides?: TokenOverrides): Promise<string>;
  /** A bearer token for the connector, good for one hour. */
  issue(): { readonly token: string; readonly expiresInSeconds: number };
  accepts(authorization: string | undefined): boolean;
}

/** Both kinds of token are good for one hour. */
const lifetimeSeconds = 3600;

const once = <T>(make: () => T): (() => T) => {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
};

/** Made once: they take longer to make than all else that a lab needs. */
const makePairs = once(async () => ({
  teams: await generateKeyPair('RS256', { extractable: true }),
  webchat: await generateKeyPair('RS256', { extractable: true }),
  stranger: await generateKeyPair('RS256'),
}));

/** Keys have names of their own in every lab, so a token of one lab is a forgery in another. */
export async function createTokens(defaults: { iss: string; aud: string; serviceurl: string }): Promise<Tokens> {
  const pairs = await makePairs();
  const suffix = randomBytes(4).toString('hex');
  const publish = async (key: CryptoKey, name: string, endorsements: string[]) => ({
    ...(await exportJWK(key)),
    kid: `${name}-${suffix}`,
    use: 'sig',
    alg: 'RS256',
    endorsements,
  });
  const keys = [
    await publish(pairs.teams.publicKey, 'teams', ['msteams']),
    await publish(pairs.webchat.publicKey, 'webchat', ['webchat']),
  ];
  const issued = new Map<string, number>();
  return {
    keys,
    forBot(overrides = {}) {
      const by = overrides.signedBy ?? 'teams';
      const now = Math.floor(Date.now() / 1000);
      return new SignJWT({ serviceurl: overrides.serviceurl ?? defaults.serviceurl })
        .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: `${by === 'stranger' ? 'teams' : by}-${suffix}` })
        .setIssuer(overrides.iss ?? defaults.iss)
        .setAudience(overrides.aud ?? defaults.aud)
        .setNotBefore(now - lifetimeSeconds * 2)
        .setExpirationTime(now + (overrides.expiresInSeconds ?? lifetimeSeconds))
        .sign(pairs[by].privateKey);
    },
    issue() {
      const token = randomBytes(24).toString('base64url');
      issued.set(token, Date.now() + lifetimeSeconds * 1000);
      return { token, expiresInSeconds: lifetimeSeconds };
    },
    accepts: (authorization) => (issued.get(authorization?.replace(/^Bearer /i, '') ?? '') ?? 0) > Date.now(),
  };
}
