import { readFileSync, readdirSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';

export interface Asset {
  readonly type: string;
  readonly body: string;
}

const folder = new URL('./browser/', import.meta.url);
const localImport = /(\b(?:from|import)\s*['"]\.\/[\w-]+)\.ts(['"])/g;

/**
 * Every file of `browser/` by the name it is served under, read once: `main.ts` becomes `main.js` with its types
 * blanked out (line and column numbers stay the same, so a stack trace in the browser points into the source).
 */
export function loadAssets(): ReadonlyMap<string, Asset> {
  const assets = new Map<string, Asset>();
  for (const file of readdirSync(folder)) {
    const source = readFileSync(new URL(file, folder), 'utf8');
    if (file.endsWith('.css')) assets.set(file, { type: 'text/css; charset=utf-8', body: source });
    if (!file.endsWith('.ts') || file.endsWith('.test.ts')) continue;
    const body = stripTypeScriptTypes(source).replace(localImport, '$1.js$2');
    assets.set(file.replace(/\.ts$/, '.js'), { type: 'text/javascript; charset=utf-8', body });
  }
  return assets;
}
