import { readFileSync } from 'node:fs';

/** Whose app it is, as people read it before they add it. */
export interface AppOwner {
  /** The app id of the Azure bot. */
  readonly appId: string;
  readonly company: string;
  readonly website: string;
  readonly privacy: string;
  readonly terms: string;
}

const read = (name: string): Buffer => readFileSync(new URL(name, import.meta.url));

/** The files of the package that Teams takes, by name: the manifest in this app's and this company's words, and its icons. */
export const toAppPackage = ({ appId, company, website, privacy, terms }: AppOwner): Record<string, Uint8Array> => {
  const manifest = JSON.parse(read('manifest.json').toString()) as Record<string, unknown> & {
    bots: readonly object[];
    webApplicationInfo: object;
  };
  const own = {
    ...manifest,
    id: appId,
    developer: { name: company, websiteUrl: website, privacyUrl: privacy, termsOfUseUrl: terms },
    bots: manifest.bots.map((bot) => ({ ...bot, botId: appId })),
    webApplicationInfo: { ...manifest.webApplicationInfo, id: appId },
  };
  return {
    'manifest.json': Buffer.from(JSON.stringify(own, null, 2)),
    'color.png': read('color.png'),
    'outline.png': read('outline.png'),
  };
};
