import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

export interface IngestCommand {
  readonly child: ChildProcess;
  /** Resolves once it has written this; rejects where it ends without. */
  says(words: string): Promise<void>;
  /** Resolves once it has ended, with all that it wrote; the code is null where it was killed. */
  readonly ended: Promise<{ readonly code: number | null; readonly output: string }>;
}

/** Starts `firstline ingest` as an operator would, on an embedded database of its own. */
export const startIngest = (dataFolder: string, ...names: readonly string[]): IngestCommand => {
  const child = spawn(process.execPath, ['src/main.ts', 'ingest', '--no-dense', ...names], {
    env: {
      PATH: process.env['PATH'] ?? '',
      FIRSTLINE_DATA_DIR: dataFolder,
      FIRSTLINE_CONFIG: new URL('empty.yaml', import.meta.url).pathname,
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let output = '';
  child.stderr.on('data', (bytes: Buffer) => (output += bytes.toString()));
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, output }));
  const says = async (words: string): Promise<void> => {
    while (!output.includes(words)) {
      await Promise.race([once(child.stderr, 'data'), ended]);
      if (child.exitCode !== null && !output.includes(words)) throw new Error(`ingest never said ${words}:\n${output}`);
    }
  };
  return { child, says, ended };
};
