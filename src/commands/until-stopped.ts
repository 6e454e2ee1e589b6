/** Resolves at SIGTERM or Ctrl-C, once everything is put away. A second signal ends the process at once. */
export const untilStopped = async (stop: () => Promise<void>): Promise<void> => {
  await new Promise<void>((resolve) => {
    process.once('SIGTERM', () => resolve());
    process.once('SIGINT', () => resolve());
  });
  process.once('SIGINT', () => process.exit(130));
  await stop();
};
