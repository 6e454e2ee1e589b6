import type { Logger } from 'pino';

/**
 * Warns of what may go wrong many times a second, such as a database that is away: at once, and then at most every `everyMs`
 * with how often it happened since.
 */
export const createLogSeldom = (logger: Logger, message: string, everyMs: number) => {
  let loggedAt = -Infinity;
  let unsaid = 0;
  return (error: Error & { readonly code?: unknown }): void => {
    const now = performance.now();
    if (now - loggedAt < everyMs) {
      unsaid += 1;
      return;
    }
    const code = typeof error.code === 'string' ? { code: error.code } : {};
    logger.warn({ error: error.name, ...code, ...(unsaid > 0 ? { times: unsaid + 1 } : {}) }, message);
    loggedAt = now;
    unsaid = 0;
  };
};
