import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Hono } from 'hono';
import { html } from 'hono/html';
import type { FileLimits } from '#knowledge/config.ts';
import { findDocuments } from '#knowledge/find-documents.ts';
import { readDocument } from '#knowledge/read-document.ts';
import { securityHeaders } from './security-headers.ts';

const extension = '.md';

/** Where a page of the sample help center is read; a citation leads here. */
export const helpPath = (id: string): string => `/help/${id.replace(/\.md$/, '')}`;

const frame = (title: string, body: unknown) =>
  html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title}</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="/lab/page/page.css" />
        <link rel="stylesheet" href="/lab/page/help.css" />
        <script type="module" src="/lab/page/help.js"></script>
      </head>
      <body class="help">
        <nav aria-label="Help pages"><a href="/help">All help pages</a> <a href="/">The sandbox</a></nav>
        <main>
          <h1>${title}</h1>
          ${body}
        </main>
      </body>
    </html>`;

/** The pages the sandbox answers from: /help lists them, /help/return-an-item is one. Read when asked for. */
export function createHelpPages(folders: readonly string[], limits: FileLimits): Hono {
  const read = (folder: string, id: string) => readDocument(id, readFileSync(join(folder, id)), limits);
  const app = new Hono();
  app.use('/help', securityHeaders);
  app.use('/help/*', securityHeaders);

  app.get('/help', async (c) => {
    const items: unknown[] = [];
    for (const folder of folders)
      for await (const { id } of findDocuments(folder))
        items.push(html`<li><a href="${helpPath(id)}">${read(folder, id).title}</a></li>`);
    return c.html(
      frame(
        'Help pages',
        html`<p>Firstline answers from these. Ask about anything in them.</p>
          <ul>
            ${items}
          </ul>`,
      ),
    );
  });
  app.get('/help/:page{[\\w-]+(?:/[\\w-]+)*}', (c) => {
    const id = c.req.param('page') + extension;
    const folder = folders.find((one) => existsSync(join(one, id)));
    if (folder === undefined) return c.html(frame('There is no such help page', ''), 404);
    const { title, text } = read(folder, id);
    return c.html(frame(title, html`<article class="text"><pre data-markdown>${text}</pre></article>`));
  });
  return app;
}
