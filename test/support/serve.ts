import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

/** Brings the schema up to date, as an operator would. */
export const migrate = async (environment: Record<string, string>): Promise<void> => {
  const child = spawn(process.execPath, ['src/main.ts', 'migrate'], {
    env: { PATH: process.env['PATH'] ?? '', ...environment },
    stdio: 'ignore',
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`migrate ended with ${code}`);
};

/** Starts the process as an operator would, and resolves when it says that it is ready. */
export const serve = (environment: Record<string, string>): Promise<ChildProcess> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['src/main.ts', 'serve'], {
      env: { PATH: process.env['PATH'] ?? '', ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const read = (bytes: Buffer): void => {
      output += bytes.toString();
      if (output.includes('Firstline is ready')) resolve(child);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('exit', (code) => reject(new Error(`serve ended with ${code}:\n${output}`)));
  });
