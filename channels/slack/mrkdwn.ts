const codePattern = /(```[\s\S]*?```|`[^`\n]+`)/;
const tokenPattern = /<([^<>\n]+)>/g;

const unescape = (text: string): string =>
  text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');

/** Text for a place where `&`, `<` and `>` mean something. */
export const escapeMrkdwn = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const toLink = (url: string, label: string | undefined): string => {
  if (url.startsWith('mailto:') || url.startsWith('tel:')) return label ?? url.slice(url.indexOf(':') + 1);
  if (label === undefined || label === url) return `<${url}>`;
  const safeLabel = label.replace(/[[\]]/g, '\\$&');
  return `[${safeLabel}](${/[()\s]/.test(url) ? `<${url}>` : url})`;
};

/** One `<…>` of mrkdwn: a link, a person, a room, or a special mention. */
const fromToken = (token: string): string => {
  const [target = '', label] = token.split('|', 2);
  if (target.startsWith('@') || target.startsWith('#')) return `${target[0]}${label ?? target.slice(1)}`;
  if (target.startsWith('!')) return label ?? `@${target.slice(1).split('^')[0]}`;
  return toLink(target, label);
};

const fromProse = (text: string): string =>
  text
    .replace(/(?<![\w*])\*(?=\S)([^*\n]*[^*\s])\*(?![\w*])/g, '**$1**')
    .replace(/(?<![\w~])~(?=\S)([^~\n]*[^~\s])~(?![\w~])/g, '~~$1~~')
    .replace(/^(\s*)[•◦] +/gm, '$1- ')
    .replace(tokenPattern, (_, token: string) => fromToken(token));

// Inside code a link is only its address.
const fromCode = (code: string): string =>
  code.replace(tokenPattern, (_, token: string) => token.split('|', 1)[0] ?? '');

/** Slack's mrkdwn as CommonMark, with every mention of the given user taken away. */
export const toCommonMark = (mrkdwn: string, withoutUser: string): string =>
  mrkdwn
    .replaceAll(new RegExp(`<@${withoutUser}(?:\\|[^>]*)?>[:,]?[ \\t]*`, 'g'), '')
    .split(codePattern)
    .map((part, index) => unescape(index % 2 === 1 ? fromCode(part) : fromProse(part)))
    .join('')
    .trim();
