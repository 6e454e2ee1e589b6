import { readConfig } from '../../src/config.ts';

/** As they are where nobody sets them. */
export const fileLimits = readConfig({ FIRSTLINE_CONFIG: new URL('empty.yaml', import.meta.url).pathname }).knowledge
  .files;
