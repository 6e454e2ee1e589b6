import { readFileSync } from 'node:fs';

import { readWidget } from './read-widget.ts';

interface Page {
  readonly path: RegExp;
  readonly respond: () => Response;
}

const demo = readFileSync(new URL('demo.html', import.meta.url), 'utf8');
const script = readWidget();

/** What the web channel serves to anybody: the widget's script, which any site may load, and a page with nothing but the widget. */
export const pages: readonly Page[] = [
  {
    path: /^widget\.js$/,
    respond: () =>
      new Response(script, {
        headers: {
          'content-type': 'text/javascript; charset=utf-8',
          'cache-control': 'max-age=300',
          'access-control-allow-origin': '*',
          'cross-origin-resource-policy': 'cross-origin',
        },
      }),
  },
  {
    path: /^demo$/,
    respond: () =>
      new Response(demo, {
        headers: {
          'content-type': 'text/html; charset=utf-8',
          'content-security-policy':
            "default-src 'none'; script-src 'self'; connect-src 'self'; frame-ancestors 'self'",
        },
      }),
  },
];
