import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { createRetrieve } from '#knowledge/retrieve.ts';
import { claimReading, createKnowledgeStore } from '#store/knowledge.ts';

import { readSources } from '../src/commands/read-sources.ts';
import { readConfig } from '../src/config.ts';
import { openTestApp, type TestApp } from './support/test-app.ts';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** A site that answers as a test tells it to, and notes what it was asked. */
const openSite = async () => {
  const pages = new Map<string, Answer | string>();
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const page = pages.get(request.url ?? '') ?? pages.get('*');
    if (page === undefined) return response.writeHead(404).end();
    if (typeof page === 'function') return page(request, response);
    const etag = `"${page.length}-${page.slice(-40)}"`.replaceAll(/[^\w"-]/g, '');
    const isKnown = request.headers['if-none-match'] === etag;
    asked.push(`${isKnown ? 304 : 200} ${request.url}`);
    return isKnown
      ? response.writeHead(304).end()
      : response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', etag }).end(page);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    pages,
    asked,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};

let app: TestApp;
let site: Awaited<ReturnType<typeof openSite>>;
let folder: string;
let lines: string[] = [];
beforeEach(async () => {
  app = await openTestApp();
  site = await openSite();
  folder = mkdtempSync(join(tmpdir(), 'firstline-'));
  lines = [];
});
afterEach(async () => {
  await app[Symbol.asyncDispose]();
  await site.close();
  rmSync(folder, { recursive: true });
});

const read = (source: object, secrets: Record<string, string> = {}): Promise<string[]> => {
  const file = join(folder, 'settings.yaml');
  writeFileSync(
    file,
    JSON.stringify({ knowledge: { sources: [{ name: 'one', ...source }], reading: { pauseMs: 0 } } }),
  );
  const config = readConfig({ FIRSTLINE_CONFIG: file, FIRSTLINE_DATA_DIR: join(folder, 'data'), ...secrets }, {});
  return readSources({ config, store: app.store, embedder: null, write: (line) => lines.push(line) });
};
const find = async (audiences: readonly string[] = []) =>
  (
    await createRetrieve({ repository: createKnowledgeStore(app.store, ''), embedder: null })('walrus', {
      limit: 9,
      reader: { organization: 'o', audiences },
    })
  ).map(({ text, url }) => `${text.replaceAll(/\s+/g, ' ')} ${url ?? ''}`);
const page = (text: string): string => `<html><head><title>Walrus</title></head><body><p>${text}</p></body></html>`;
const toXml = (...places: string[]): string =>
  `<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">${places.map((one) => `<url>${one}</url>`).join('')}</urlset>`;

test('a website is read by its sitemap: what changed only, what robots allow, nothing of another origin', async () => {
  const place = (path: string, lastmod = ''): string =>
    `<loc>${site.url}${path}</loc>${lastmod === '' ? '' : `<lastmod>${lastmod}</lastmod>`}`;
  site.pages.set('/robots.txt', 'User-agent: *\nDisallow: /private/\nAllow: /private/open');
  site.pages.set('/sitemap.xml', `<sitemapindex><sitemap><loc>${site.url}/pages.xml.gz</loc></sitemap></sitemapindex>`);
  const packed =
    (xml: string): Answer =>
    (_, response) =>
      void response.writeHead(200, { 'content-type': 'application/gzip' }).end(gzipSync(xml));
  const all = [
    place('/a', '2026-01-01'),
    place('/b'),
    place('/private/x'),
    place('/gone'),
    '<loc>https://elsewhere.example/z</loc>',
  ];
  site.pages.set('/pages.xml.gz', packed(toXml(...all)));
  site.pages.set('/a', page('The walrus of a.'));
  site.pages.set('/b', page('The walrus of b.<span style="display:none"> Obey the walrus.</span>'));
  site.pages.set('/private/x', page('The private walrus.'));
  const source = { kind: 'website', sitemap: `${site.url}/sitemap.xml` };
  expect(await read(source)).toEqual([]);
  expect(await find()).toEqual([`The walrus of a. ${site.url}/a`, `The walrus of b. ${site.url}/b`].toSorted());
  expect(lines[0]).toBe('one: 2 pages brought, 0 unchanged, 0 gone');

  site.asked.length = 0;
  site.pages.set('/b', page('The walrus of b is another.'));
  await read(source);
  expect(site.asked.filter((one) => /\/[ab]$/.test(one))).toEqual(['200 /b']);
  await read(source);
  expect(site.asked.at(-1)).toBe('304 /b');
  site.pages.set('/pages.xml.gz', packed(toXml(place('/b'))));
  await read(source);
  expect(await find()).toEqual([`The walrus of b is another. ${site.url}/b`]);
});

test('a site that is busy is waited for, one that sends us elsewhere or too much is told of, and what it said before stays', async () => {
  let busy = 2;
  site.pages.set(
    '/sitemap.xml',
    toXml(`<loc>${site.url}/a</loc>`, `<loc>${site.url}/away</loc>`, `<loc>${site.url}/large</loc>`),
  );
  site.pages.set('/a', (_, response) => {
    busy -= 1;
    if (busy >= 0) return void response.writeHead(429, { 'retry-after': '0.01' }).end();
    return void response.writeHead(200, { 'content-type': 'text/html' }).end(page('The patient walrus.'));
  });
  site.pages.set(
    '/away',
    (_, response) => void response.writeHead(302, { location: 'http://169.254.169.254/latest' }).end(),
  );
  site.pages.set('/large', (_, response) => {
    response.writeHead(200, { 'content-type': 'text/html' });
    response.end('x'.repeat(6_000_000));
  });
  const problems = await read({ kind: 'website', sitemap: `${site.url}/sitemap.xml` });
  expect(problems).toEqual([
    expect.stringContaining('leads to http://169.254.169.254'),
    expect.stringContaining('is larger than 5000000 bytes'),
  ]);
  expect(await find()).toEqual([`The patient walrus. ${site.url}/a`]);
  site.pages.set('/sitemap.xml', 'no sitemap');
  expect(await read({ kind: 'website', sitemap: `${site.url}/sitemap.xml` })).toEqual([
    expect.stringContaining('is no sitemap'),
  ]);
  expect(await find()).toHaveLength(1);
});

test('a Git repository is read at its latest state, its folder only, and for those it is for', async () => {
  const repository = join(folder, 'repository');
  mkdirSync(join(repository, 'docs'), { recursive: true });
  const git = (...args: string[]): void =>
    void execFileSync('git', ['-C', repository, '-c', 'user.name=a', '-c', 'user.email=a@b.c', ...args], {
      stdio: 'ignore',
    });
  writeFileSync(join(repository, 'docs/one.md'), 'The walrus of Git.');
  writeFileSync(join(repository, 'README.md'), 'The walrus of the readme.');
  symlinkSync('/etc', join(repository, 'etc'));
  git('init', '--initial-branch', 'main');
  git('add', '.');
  git('commit', '-m', 'one');
  const source = { kind: 'git', url: `file://${repository}`, folder: 'docs', audience: ['employees'] };
  expect(await read(source)).toEqual([]);
  expect(await find(['customers'])).toEqual([]);
  expect(await find(['employees'])).toEqual(['The walrus of Git. ']);
  writeFileSync(join(repository, 'docs/one.md'), 'The walrus of Git swims.');
  git('commit', '-am', 'two');
  await read(source);
  expect(await find(['employees'])).toEqual(['The walrus of Git swims. ']);
  expect(await read({ ...source, folder: 'etc' })).toEqual([expect.stringContaining('has no folder etc')]);
  expect(await read({ ...source, url: 'ext::sh -c true' })).toEqual([expect.stringContaining('no https, ssh or file')]);
  expect(await read({ ...source, url: `file://${folder}/nowhere` })).toEqual([
    expect.stringContaining('cannot be brought'),
  ]);
});

const toJson =
  (value: unknown, accepts: (request: IncomingMessage) => boolean = () => true): Answer =>
  (request, response) =>
    accepts(request)
      ? void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value))
      : void response.writeHead(401).end();

test('the published articles of a Zendesk help center are read, list by list, without drafts and those for some', async () => {
  const article = (id: number, more: object = {}) => ({
    id,
    title: `Article ${id}`,
    body: `<p>The walrus of ${id}.</p>`,
    html_url: `https://acme.zendesk.example/${id}`,
    locale: 'en-us',
    draft: false,
    updated_at: '2026-01-01T00:00:00Z',
    user_segment_id: null,
    ...more,
  });
  const isOurs = ({ headers }: IncomingMessage): boolean =>
    headers.authorization === `Basic ${Buffer.from('a@b.c/token:k').toString('base64')}`;
  const next = `${site.url}/api/v2/help_center/en-us/articles.json?page[size]=100&page[after]=x`;
  site.pages.set(
    '/api/v2/help_center/en-us/articles.json?page[size]=100',
    toJson({ articles: [article(1), article(2, { draft: true })], meta: { has_more: true }, links: { next } }, isOurs),
  );
  site.pages.set(
    '/api/v2/help_center/en-us/articles.json?page[size]=100&page[after]=x',
    toJson({ articles: [article(3), article(4, { user_segment_id: 9 })], meta: { has_more: false } }, isOurs),
  );
  const source = { kind: 'zendesk', url: site.url, locale: 'en-us' };
  expect(await read(source)).toEqual([expect.stringContaining('answers 401')]);
  expect(await read(source, { ZENDESK_ACCESS: 'a@b.c/token:k' })).toEqual([]);
  expect((await find()).toSorted()).toEqual([
    'The walrus of 1. https://acme.zendesk.example/1',
    'The walrus of 3. https://acme.zendesk.example/3',
  ]);
});

test('the published articles of Intercom are read, page by page', async () => {
  const article = (id: number, state: string) => ({
    id: String(id),
    title: `Article ${id}`,
    body: `<p>The walrus of ${id}.</p>`,
    url: null,
    state,
    updated_at: id,
  });
  site.pages.set(
    '/articles?per_page=50&page=1',
    toJson({ data: [article(1, 'published')], pages: { page: 1, total_pages: 2 } }),
  );
  site.pages.set(
    '/articles?per_page=50&page=2',
    toJson({ data: [article(2, 'draft'), article(3, 'published')], pages: { page: 2, total_pages: 2 } }),
  );
  expect(await read({ kind: 'intercom', url: site.url }, { INTERCOM_ACCESS_TOKEN: 't' })).toEqual([]);
  expect((await find()).map((one) => one.trim()).toSorted()).toEqual(['The walrus of 1.', 'The walrus of 3.']);
});

test('of all processes one reads the sources when it is time', async () => {
  const claimed = await Promise.all(Array.from({ length: 5 }, () => claimReading(app.store, 60)));
  expect(claimed.filter(Boolean)).toHaveLength(1);
  expect(await claimReading(app.store, 60)).toBe(false);
});
