import { gunzipSync } from 'node:zlib';
import { setTimeout as wait } from 'node:timers/promises';

import { XMLParser } from 'fast-xml-parser';
import { z } from 'zod';

import { download, type DownloadLimits, SourceError } from './download.ts';
import { readRobots } from './robots.ts';
import { type Brought, openShelf } from './shelf.ts';

export interface WebsiteSource {
  /** The address of its sitemap, or of an index of such. */
  readonly sitemap: string;
  /** Pages whose address does not match are left out. */
  readonly include?: string;
}

export interface WebsiteLimits extends DownloadLimits {
  readonly pagesMax: number;
  /** Between two pages, so that a site is not held up by us. */
  readonly pauseMs: number;
}

const sitemapsMax = 200;
const asArray = <T>(value: T | readonly T[] | undefined): readonly T[] =>
  value === undefined ? [] : Array.isArray(value) ? (value as readonly T[]) : [value as T];

// No entities of its own, so that none can unfold; what stands in it is text.
const parser = new XMLParser({ processEntities: false, ignoreAttributes: true, parseTagValue: false });
const place = z.object({ loc: z.string().trim(), lastmod: z.string().trim().optional().catch(undefined) });
const sitemap = z.object({
  urlset: z.object({ url: z.unknown() }).optional().catch(undefined),
  sitemapindex: z.object({ sitemap: z.unknown() }).optional().catch(undefined),
});

interface Page {
  readonly url: URL;
  readonly lastmod: string | undefined;
}

const toPlaces = (value: unknown, origin: string): Page[] =>
  asArray(value).flatMap((one) => {
    const found = place.safeParse(one).data;
    const url = found && URL.parse(found.loc.replaceAll('&amp;', '&'));
    return url && url.origin === origin && url.username === '' ? [{ url, lastmod: found.lastmod }] : [];
  });

const readPages = async (root: URL, limits: WebsiteLimits): Promise<Page[]> => {
  const waiting: URL[] = [root];
  const seen = new Set<string>();
  const pages = new Map<string, Page>();
  for (let url = waiting.shift(); url; url = waiting.shift()) {
    if (seen.has(url.href)) continue;
    seen.add(url.href);
    if (seen.size > sitemapsMax) throw new SourceError(`${root.href} names more than ${sitemapsMax} sitemaps`);
    const got = await download(url, { limits });
    if (got.kind !== 'new') throw new SourceError(`${url.href} is not there; check the address of the sitemap`);
    const isPacked = got.bytes[0] === 0x1f && got.bytes[1] === 0x8b;
    const text = new TextDecoder().decode(
      isPacked ? gunzipSync(got.bytes, { maxOutputLength: limits.bytesMax * 10 }) : got.bytes,
    );
    const { urlset, sitemapindex } = sitemap.parse(parser.parse(text));
    if (!urlset && !sitemapindex) throw new SourceError(`${url.href} is no sitemap (sitemaps.org)`);
    for (const page of toPlaces(urlset?.url, root.origin)) pages.set(page.url.href, page);
    waiting.push(...toPlaces(sitemapindex?.sitemap, root.origin).map((one) => one.url));
    if (pages.size > limits.pagesMax)
      throw new SourceError(`${root.href} names more than ${limits.pagesMax} pages; narrow it with "include"`);
  }
  return [...pages.values()];
};

const isHtml = (type: string): boolean => type === 'text/html' || type === 'application/xhtml+xml';

/** Brings the pages of a site that its sitemap names, those that changed, into a folder. Rejects with {@link SourceError}. */
export const bringWebsite = async (source: WebsiteSource, folder: string, limits: WebsiteLimits): Promise<Brought> => {
  const root = new URL(source.sitemap);
  const robots = await download(new URL('/robots.txt', root), { limits });
  const isAllowed = robots.kind === 'new' ? readRobots(new TextDecoder().decode(robots.bytes)) : () => true;
  const include = new RegExp(source.include ?? '');
  const shelf = openShelf(folder);
  const wanted = new Set<string>();
  const problems: string[] = [];
  const counts = { changed: 0, unchanged: 0 };
  for (const { url, lastmod } of await readPages(root, limits)) {
    if (!include.test(url.href) || !isAllowed(url.pathname + url.search)) continue;
    const known = shelf.get(url.href);
    wanted.add(url.href);
    if (known && lastmod !== undefined && known.version === lastmod) {
      counts.unchanged += 1;
      continue;
    }
    try {
      const got = await download(url, { limits, ...(known ? { mark: known } : {}) });
      if (got.kind === 'unchanged') counts.unchanged += 1;
      else if (got.kind === 'gone') wanted.delete(url.href);
      else if (isHtml(got.type)) {
        const about = { url: url.href, ...(lastmod === undefined ? {} : { version: lastmod }), ...got.mark };
        shelf.put(url.href, '.html', got.bytes, about);
        counts.changed += 1;
      } else problems.push(`${url.href} is ${got.type || 'of no type'} and not a page; it is left out`);
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
      // What was brought before stays: one page that cannot be reached now has not been taken back.
      problems.push(error.message);
    }
    await wait(limits.pauseMs);
  }
  return { ...counts, removed: shelf.keepOnly(wanted), problems };
};
