import { decodeEntities, isAllowedImage, isAllowedLink } from './allowed-link.ts';
import type { AllowedHosts } from './allowed-link.ts';
import { readConstruct } from './constructs.ts';
import type { Construct } from './constructs.ts';
import { normalize } from './normalize.ts';

export { isAllowedLink } from './allowed-link.ts';

/** What stands where an address without a label was. */
export const removedLink = '(link removed)';

export interface LinkRules {
  readonly allowedHosts: AllowedHosts;
  /** Whether an address is known from somewhere, and not made up; any is where it is absent. */
  readonly isKnown?: (address: string) => boolean;
}

const mayStay = (address: string, { allowedHosts, isKnown = () => true }: LinkRules): boolean =>
  isAllowedLink(address, allowedHosts) && isKnown(address);
const mayShow = (address: string, { allowedHosts, isKnown = () => true }: LinkRules): boolean =>
  isAllowedImage(address, allowedHosts) && isKnown(address);

/**
 * The text with every address that is not allowed taken away; labels stay. Understands Markdown, HTML, Slack markup and bare
 * addresses, also when spelled with entities, wide letters or invisible characters. Images live only on listed hosts, without a query.
 */
export function disarmLinks(text: string, rules: LinkRules): string {
  let result = disarm(text, rules, 0);
  // Taking a tag away can join what it kept apart ("ev<b></b>il.example/x"), so the result is read again until it is stable.
  for (let pass = 0; pass < passesMax; pass += 1) {
    const again = disarm(result, rules, 0);
    if (again === result) return result;
    result = again;
  }
  return disarmProse(result.replaceAll(/[<>[\]]/g, ''), rules);
}

const passesMax = 4;

// Labels within labels; deeper nesting is nobody's answer and is dropped.
const depthMax = 4;

function disarm(text: string, rules: LinkRules, depth: number): string {
  if (depth > depthMax) return '';
  let result = '';
  let from = 0;
  const constructStart = /[[<`]|!(?=\[)/g;
  for (let match = constructStart.exec(text); match; match = constructStart.exec(text)) {
    const construct = readConstruct(text, match.index, true);
    if (construct.kind === 'none' || construct.kind === 'open') {
      constructStart.lastIndex = construct.kind === 'none' ? Math.max(construct.end, match.index + 1) : match.index + 1;
      continue;
    }
    result += disarmProse(text.slice(from, match.index), rules);
    result += settle(construct, text.slice(match.index, construct.end), rules, depth);
    from = construct.end;
    constructStart.lastIndex = from;
  }
  return result + disarmProse(text.slice(from), rules);
}

function settle(construct: Construct, raw: string, rules: LinkRules, depth: number): string {
  if (construct.kind === 'inline') return settleInline(construct, rules, depth);
  if (construct.kind === 'angle') return settleAngle(construct.body, rules, depth);
  if (construct.kind === 'code') return disarmProse(raw, rules);
  if (construct.kind === 'definition') {
    const target = bareTarget(construct.target);
    if (mayStay(target, rules)) return `[${disarm(construct.label, rules, depth + 1)}]: ${target}`;
    // "[note]: a/b" is prose; what could be an address goes with its name.
    return looksLikeLink(construct.target)
      ? ''
      : disarm(construct.label, rules, depth + 1) + disarmProse(raw.slice(construct.label.length + 2), rules);
  }
  if (construct.kind !== 'reference') return raw;
  const label = disarm(construct.label, rules, depth + 1);
  // Whether a reference is an image's address cannot be known before its definition came, so only the words stay.
  if (construct.image) return label;
  return construct.name === ''
    ? `[${label}]${raw.endsWith('[]') ? '[]' : ''}`
    : `[${label}][${disarm(construct.name, rules, depth + 1)}]`;
}

function settleInline(construct: Extract<Construct, { kind: 'inline' }>, rules: LinkRules, depth: number): string {
  const label = disarm(construct.label, rules, depth + 1);
  const target = bareTarget(construct.target);
  const allowed = construct.image ? mayShow(target, rules) : mayStay(target, rules);
  if (allowed) return `${construct.image ? '!' : ''}[${label}](${target})`;
  return looksLikeProse(construct.target) ? `[${label}] (${disarm(construct.target, rules, depth + 1)})` : label;
}

/** The address of `<address> "title"`, without brackets and title. */
function bareTarget(target: string): string {
  const match = /^\s*(?:<([^<>\n]*)>|(\S+))(?:\s+(?:"[^"]*"|'[^']*'|\([^)]*\)))?\s*$/.exec(target);
  return match?.[1] ?? match?.[2] ?? '';
}

/** "[see] (page 4)": brackets after brackets that never were an address. */
function looksLikeProse(target: string): boolean {
  return /^[\p{L}\p{N}]+(?:[ ,;]+[\p{L}\p{N}'’-]+)+[.!?]?$/u.test(target);
}

function settleAngle(body: string, rules: LinkRules, depth: number): string {
  const bar = body.indexOf('|');
  const address = bar === -1 ? body : body.slice(0, bar);
  if (mayStay(address, rules)) {
    const label = bar === -1 ? '' : body.slice(bar + 1);
    const clean = disarm(label, rules, depth + 1);
    return bar === -1 ? `<${address}>` : `<${address}|${clean.replaceAll(/[<>|]/g, '')}>`;
  }
  // Slack: "<address|label>" keeps its label, "<!channel>" and "<@U…>" must not call anybody.
  if (/^(?:[a-z][a-z0-9+.-]*:|\/\/|www\.)/i.test(normalize(decodeEntities(address)).text)) {
    return bar === -1 ? removedLink : disarm(body.slice(bar + 1), rules, depth + 1);
  }
  if (/^[^\s@<>]+@[^\s@<>/]+$/.test(body)) return body;
  // "<account_id>" is a placeholder: with an underscore no renderer takes it for a tag.
  return /^[a-z]+(?:_[a-z0-9]+)+$/i.test(body) ? `<${body}>` : '';
}

// Top-level domains that chat clients turn into links without a scheme; those that are also words or file names are left out.
const bareDomains = new Set(
  'com net org edu gov mil int info biz name pro xyz top site online store shop tech app dev cloud page link click live club fun icu vip work space website win bid loan men zip mov gle goo ly gl gd ru cn tk ml ga cf gq uk de fr nl es eu ch se dk jp kr br mx au ca ua pw cc tv ws su ir vn th ro hu cz sk gr tr pt ie nz sg hk tw ai io co'.split(
    ' ',
  ),
);

const trailing = new Set('.,;:!?\'"*_~)]}>');
const schemeOrSlashes =
  /(?:[a-z][a-z0-9+.-]{0,30}:)?(?:\/\/|\\\\|\/\\|\\\/)[^\s/\\]|(?:javascript|data|vbscript|file|blob|sms|tel|mailto|intent|callto|facetime|skype|slack|tg|whatsapp|magnet|about|view-source|cid):\S/i;
const hostWithPath =
  /(?:^|[^\p{L}\p{N}@._-])((?:[\p{L}\p{N}_-]{1,63}\.){1,8}\p{L}[\p{L}\p{N}-]{1,62}\.?(?::\d{1,5})?[/?#][^\s]*)/u;
const wwwHost = /(?:^|[^\p{L}\p{N}])(www\d?\.[^\s]+)/iu;
const plainHost =
  /(?:^|[^\p{L}\p{N}@._/-])((?:[\p{L}\p{N}_-]{1,63}\.){1,8}(\p{L}[\p{L}\p{N}-]{1,62}))(?![\p{L}\p{N}_@-]|\.[\p{L}\p{N}])/u;

/** Text without constructs: each run without blanks is looked at on its own. */
function disarmProse(text: string, rules: LinkRules): string {
  if (!/[./\\:&\u0080-\uFFFF]/.test(text)) return text;
  return text.replaceAll(/[^\s`"<>|]+/g, (run) => disarmRun(run, rules));
}

function disarmRun(run: string, rules: LinkRules): string {
  if (run.length < 4) return run;
  const normalized = normalize(run);
  const decoded = decodeEntities(normalized.text);
  const found = addressIn(decoded);
  if (!found) return run;
  // An address that only appears after decoding has no place in the run that could be cut out.
  if (decoded !== normalized.text) return mayStay(decoded, rules) ? run : removedLink;
  const bare = withoutTrailing(found.value);
  const end = found.start + bare.length;
  const url = /^[a-z][a-z0-9+.-]*:/i.test(bare) && !/^[^/]*\.[^/]*:\d/.test(bare) ? bare : `https://${bare}`;
  if (mayStay(url, rules)) return run;
  return run.slice(0, normalized.toOriginal(found.start)) + removedLink + run.slice(normalized.toOriginal(end));
}

function withoutTrailing(value: string): string {
  let end = value.length;
  while (end > 0 && trailing.has(value[end - 1] ?? '')) end -= 1;
  return value.slice(0, end);
}

function looksLikeLink(run: string): boolean {
  return addressIn(decodeEntities(normalize(run).text)) !== undefined;
}

function addressIn(run: string): { readonly start: number; readonly value: string } | undefined {
  const scheme = schemeOrSlashes.exec(run);
  if (scheme)
    return isDateOrFraction(run, scheme) ? undefined : { start: scheme.index, value: run.slice(scheme.index) };
  const host = hostWithPath.exec(run) ?? wwwHost.exec(run);
  if (host?.[1]) return { start: host.index + host[0].length - host[1].length, value: host[1] };
  if (/xn--/i.test(run)) return { start: 0, value: run };
  const plain = plainHost.exec(run);
  if (!plain?.[1] || !plain[2] || run.includes('@')) return undefined;
  const labels = plain[1].split('.');
  const sentence = labels.length === 2 && /^\p{Lu}\p{Ll}/u.test(plain[2]);
  if (sentence || !bareDomains.has(plain[2].toLowerCase())) return undefined;
  return { start: plain.index + plain[0].length - plain[1].length, value: plain[1] };
}

/** "tel:" and "about:" as words before a value ("Tel:+49…") are no addresses unless written in lower case. */
function isDateOrFraction(run: string, match: RegExpExecArray): boolean {
  return /^(?:Tel|About|Skype|WhatsApp|Slack|File|Data|SMS|Link):/.test(match[0]) && !/\/\//.test(run);
}
