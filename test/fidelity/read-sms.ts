import type { Reading } from './reading.ts';

const bracketed = / ?\((?:(https?:\/\/[^\s()]*(?:\([^\s()]*\)[^\s()]*)*)|([\w.+-]+@[\w.-]+))\)/g;
const bare = /https?:\/\/[^\s()]*[^\s().,:;]/g;

/** A text message as it is read on a phone: lines, addresses, marks of lists. */
export const readSms = (body: string): Reading => {
  // The look-alike of a sign is not a letter.
  const texts = body.replaceAll('(c)', '').replaceAll(bracketed, '').split('\n');
  const lines = body.split('\n');
  return {
    texts,
    code: lines,
    links: [
      ...[...body.matchAll(bracketed)].map(([, url, address]) => url ?? `mailto:${address}`),
      ...(body.match(bare) ?? []),
    ],
    heads: texts,
    rows: texts.map((line) => [line]),
    items: texts.flatMap((line) => {
      const [found, number, text = ''] = /^(?:-|(\d+)\)) ?(?:\[[ x]\] )?(.*)$/.exec(line) ?? [];
      return found === undefined ? [] : [{ mark: number ?? '-', text }];
    }),
  };
};
