import { z } from 'zod';

import { download, type DownloadLimits, SourceError } from './download.ts';
import { type Brought, openShelf } from './shelf.ts';

/** An article of a help center, as its service has it. */
interface Article {
  readonly id: string;
  readonly title: string;
  /** HTML. */
  readonly body: string;
  readonly url: string | undefined;
  readonly language: string | undefined;
  readonly version: string;
}

export interface ArticleLimits extends DownloadLimits {
  /** Lists of articles, of 100 or so. */
  readonly listsMax: number;
}

const escapeHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

const toPage = ({ title, body, language }: Article): string =>
  `<!doctype html><html${language ? ` lang="${escapeHtml(language)}"` : ''}><head><title>${escapeHtml(title)}</title></head><body><h1>${escapeHtml(title)}</h1>${body}</body></html>`;

/** Keeps the articles of all lists in a folder. */
const bring = async (lists: AsyncIterable<readonly Article[]>, folder: string): Promise<Brought> => {
  const shelf = openShelf(folder);
  const wanted = new Set<string>();
  const counts = { changed: 0, unchanged: 0 };
  for await (const articles of lists)
    for (const article of articles) {
      wanted.add(article.id);
      if (shelf.get(article.id)?.version === article.version) {
        counts.unchanged += 1;
        continue;
      }
      shelf.put(article.id, '.html', toPage(article), {
        version: article.version,
        ...(article.url === undefined ? {} : { url: article.url }),
      });
      counts.changed += 1;
    }
  return { ...counts, removed: shelf.keepOnly(wanted), problems: [] };
};

const getJson = async (
  url: URL,
  limits: DownloadLimits,
  headers: Readonly<Record<string, string>>,
): Promise<unknown> => {
  const got = await download(url, { limits, headers });
  if (got.kind !== 'new') throw new SourceError(`${url.href} is not there; check the address`);
  try {
    return JSON.parse(new TextDecoder().decode(got.bytes));
  } catch (cause) {
    throw new SourceError(`${url.href} does not answer with JSON; check the address`, { cause });
  }
};

const zendeskList = z.object({
  articles: z.array(
    z.object({
      id: z.number(),
      title: z.string(),
      body: z.string().nullable(),
      html_url: z.string().optional(),
      locale: z.string().optional(),
      draft: z.boolean().default(false),
      updated_at: z.string(),
      /** For some readers only. */
      user_segment_id: z.number().nullish(),
    }),
  ),
  meta: z.object({ has_more: z.boolean() }).optional(),
  links: z.object({ next: z.string().nullish() }).optional(),
});

export interface ZendeskSource {
  /** Such as https://acme.zendesk.com */
  readonly url: string;
  readonly locale: string;
  /** `email/token:key`, for a help center that is not public. */
  readonly access: string | undefined;
}

/**
 * The published articles of a Zendesk help center (developer.zendesk.com: help_center/articles, cursor pagination). Those for some
 * readers only are left out. Rejects with {@link SourceError}.
 */
export const bringZendesk = (
  { url, locale, access }: ZendeskSource,
  folder: string,
  limits: ArticleLimits,
): Promise<Brought> => {
  const headers = access ? { authorization: `Basic ${Buffer.from(access).toString('base64')}` } : {};
  const lists = async function* () {
    let next: URL | null = new URL(
      `/api/v2/help_center/${encodeURIComponent(locale)}/articles.json?page[size]=100`,
      url,
    );
    const { origin } = next;
    for (let count = 0; next; count += 1) {
      if (count >= limits.listsMax) throw new SourceError(`${url} has more than ${limits.listsMax} lists of articles`);
      const list: z.infer<typeof zendeskList> = zendeskList.parse(await getJson(next, limits, headers));
      yield list.articles
        .filter(({ draft, user_segment_id: segment }) => !draft && (segment ?? null) === null)
        .map((one) => ({
          id: String(one.id),
          title: one.title,
          body: one.body ?? '',
          url: one.html_url,
          language: one.locale,
          version: one.updated_at,
        }));
      const following: URL | null = list.meta?.has_more && list.links?.next ? new URL(list.links.next) : null;
      // Our access goes nowhere else.
      next = following?.origin === origin ? following : null;
    }
  };
  return bring(lists(), folder);
};

const intercomList = z.object({
  data: z.array(
    z.object({
      id: z.union([z.string(), z.number()]).transform(String),
      title: z.string().nullable(),
      body: z.string().nullable(),
      url: z.string().nullish(),
      state: z.string(),
      default_locale: z.string().nullish(),
      updated_at: z.number(),
    }),
  ),
  pages: z.object({ page: z.number(), total_pages: z.number() }).optional(),
});

export interface IntercomSource {
  readonly url: string;
  readonly access: string | undefined;
}

/** The published articles of Intercom (developers.intercom.com: list all articles, by page). Rejects with {@link SourceError}. */
export const bringIntercom = (
  { url, access }: IntercomSource,
  folder: string,
  limits: ArticleLimits,
): Promise<Brought> => {
  const headers = { 'intercom-version': '2.11', ...(access ? { authorization: `Bearer ${access}` } : {}) };
  const lists = async function* () {
    for (let page = 1, last = 1; page <= last; page += 1) {
      if (page > limits.listsMax) throw new SourceError(`${url} has more than ${limits.listsMax} lists of articles`);
      const list = intercomList.parse(
        await getJson(new URL(`/articles?per_page=50&page=${page}`, url), limits, headers),
      );
      last = list.pages?.total_pages ?? 1;
      yield list.data
        .filter(({ state, body }) => state === 'published' && body)
        .map((one) => ({
          id: one.id,
          title: one.title ?? '',
          body: one.body ?? '',
          url: one.url ?? undefined,
          language: one.default_locale ?? undefined,
          version: String(one.updated_at),
        }));
    }
  };
  return bring(lists(), folder);
};
