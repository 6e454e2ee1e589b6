/** Well over what anything here takes, and before the runner gives up without telling why. */
const patienceMs = 20_000;

/**
 * Resolves with the first thing that `find` finds, looking again whenever `watch` calls; `watch` answers how to stop it.
 * Rejects, with what `shown` tells, for whoever waits in vain.
 */
export const until = <T>(
  find: () => T | undefined,
  watch: (look: () => void) => () => void,
  shown: () => string,
  withinMs = patienceMs,
): Promise<T> =>
  new Promise((resolve, reject) => {
    const look = (): void => {
      const found = find();
      if (found === undefined) return;
      end();
      resolve(found);
    };
    const stop = watch(look);
    const timer = setTimeout(() => {
      stop();
      reject(new Error(`It never came. Shown is:\n${shown()}`));
    }, withinMs);
    const end = (): void => {
      clearTimeout(timer);
      stop();
    };
    look();
  });
