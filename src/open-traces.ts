import { given } from '#core/given.ts';
import { openTraces, type Traces } from '#insight/traces.ts';

import type { Secrets } from './secrets.ts';

/** Traces go where the keys say; without keys, nowhere. */
export const openTracesOf = (secrets: Secrets): Traces =>
  openTraces(
    given({
      publicKey: secrets.LANGFUSE_PUBLIC_KEY,
      secretKey: secrets.LANGFUSE_SECRET_KEY,
      baseUrl: secrets.LANGFUSE_BASE_URL,
    }),
  );
