import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { round, toTable } from './table.ts';

const port = '3987';

/** Seconds from the start of the process to the line that says it is ready. */
const secondsToReady = async (folder: string): Promise<number> => {
  const began = performance.now();
  const child = spawn('npm', ['start'], {
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: process.env['HOME'] ?? '',
      PORT: port,
      FIRSTLINE_DATA_DIR: folder,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  let output = '';
  for await (const bytes of child.stdout) {
    output += String(bytes);
    if (output.includes('ready in')) break;
  }
  const seconds = (performance.now() - began) / 1000;
  if (!output.includes('ready in')) throw new Error(`It did not become ready:\n${output}`);
  const gone = once(child, 'exit');
  process.kill(-(child.pid ?? 0), 'SIGTERM');
  await gone;
  return seconds;
};

export const run = async (): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), 'firstline-'));
  const first = await secondsToReady(folder);
  const again = await secondsToReady(folder);
  rmSync(folder, { recursive: true, force: true });
  console.log(
    toTable(
      ['npm start', 'seconds to ready', 'goal'],
      [
        ['with an empty data folder', round(first, 1), 20],
        ['with the data of the first start', round(again, 1), 6],
      ],
    ),
  );
};
