import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';

const read = (name: string): string => readFileSync(new URL(name, import.meta.url), 'utf8');

/** In the order in which they need one another. */
const files = ['words.ts', 'connection.ts', 'markdown.ts', 'message.ts', 'composer.ts', 'widget.ts'];

/** The widget as one classic script, so that a site needs one tag: its files in one scope of their own, types blanked out. */
export const readWidget = (): string => {
  const parts = files.map((name) =>
    stripTypeScriptTypes(read(name))
      .replaceAll(/^import [^;]*;$/gm, '')
      .replaceAll(/^export /gm, ''),
  );
  return `(() => {\nconst style = ${JSON.stringify(read('widget.css'))};\n${parts.join('\n')}\n})();\n`;
};
