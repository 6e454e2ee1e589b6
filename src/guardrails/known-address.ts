import { decodeEntities } from './allowed-link.ts';
import { normalize } from './normalize.ts';

const address = /https:\/\/[^\s<>"')\]|`]+/gi;

/** As it is compared: without a last slash, a place on the page, and what ends the sentence around it. */
const toPlain = (url: string): string =>
  decodeEntities(normalize(url).text)
    .toLowerCase()
    .replace(/#.*$/, '')
    .replace(/[/.,;:!?*_]+$/, '');

/** Whether an address stands in one of the texts: a page's own, or one that a page or the person has. */
export const createKnownAddress = (texts: readonly string[]): ((url: string) => boolean) => {
  let known: ReadonlySet<string> | null = null;
  return (url) => {
    known ??= new Set(texts.flatMap((text) => text.match(address) ?? []).map(toPlain));
    return known.has(toPlain(url));
  };
};
