import { closeSync, openSync, readFileSync, unlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';

import { StoreError } from '#core/errors.ts';

const isRunning = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

/**
 * The embedded database does not lock its folder: two processes on it silently lose rows.
 * Takes `firstline.lock` (holding our pid) or throws StoreError; a lock left by a dead process is taken over.
 */
export const lockFolder = (folder: string): Disposable => {
  const path = join(folder, 'firstline.lock');
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      const file = openSync(path, 'wx');
      writeSync(file, String(process.pid));
      closeSync(file);
      return { [Symbol.dispose]: () => unlinkSync(path) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      const pid = Number(readFileSync(path, 'utf8'));
      if (pid !== process.pid && Number.isInteger(pid) && pid > 0 && isRunning(pid))
        throw new StoreError(
          `The database in ${folder} is in use by process ${pid}. Stop it, or set FIRSTLINE_DATA_DIR to another folder.`,
        );
      unlinkSync(path);
    }
  }
  throw new StoreError(`The lock ${path} could not be taken. Delete it if no other Firstline is running.`);
};
