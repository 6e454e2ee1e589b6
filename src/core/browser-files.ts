import { readFileSync, readdirSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';

export interface BrowserFile {
  readonly type: string;
  readonly body: string;
}

const localImport = /(\b(?:from|import)\s*['"]\.\/[\w-]+)\.ts(['"])/g;

/**
 * Every script and style of a folder by the name it is served under, read once: `main.ts` becomes `main.js` with its types blanked
 * out (line and column numbers stay the same, so a stack trace in the browser points into the source).
 */
export const readBrowserFiles = (folder: URL): ReadonlyMap<string, BrowserFile> => {
  const files = new Map<string, BrowserFile>();
  for (const file of readdirSync(folder)) {
    const source = readFileSync(new URL(file, folder), 'utf8');
    if (file.endsWith('.css')) files.set(file, { type: 'text/css; charset=utf-8', body: source });
    if (!file.endsWith('.ts') || file.endsWith('.test.ts')) continue;
    const body = stripTypeScriptTypes(source).replace(localImport, '$1.js$2');
    files.set(file.replace(/\.ts$/, '.js'), { type: 'text/javascript; charset=utf-8', body });
  }
  return files;
};
