import { inContext } from './in-context.ts';
import type { Finding } from './personal-data.ts';

/** Formats that issuers document for their keys, one row each. */
const formats: readonly { readonly issuer: string; readonly pattern: RegExp }[] = [
  { issuer: 'AWS', pattern: /(?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{16}/g },
  { issuer: 'GitHub', pattern: /gh[pousr]_[A-Za-z0-9]{30,255}|github_pat_[A-Za-z0-9_]{22,255}/g },
  { issuer: 'GitLab', pattern: /gl(?:pat|ptt|rt|dt|cbt)-[A-Za-z0-9_-]{20,64}/g },
  { issuer: 'Slack', pattern: /xox[abeoprs]-[A-Za-z0-9-]{10,250}|xapp-\d-[A-Za-z0-9-]{10,250}/g },
  { issuer: 'Slack webhook', pattern: /hooks\.slack\.com\/(?:services|workflows)\/[A-Za-z0-9/_-]{20,120}/g },
  { issuer: 'OpenAI, Anthropic', pattern: /sk-(?:proj-|ant-|svcacct-|admin-|or-)?[A-Za-z0-9_-]{20,250}/g },
  { issuer: 'Stripe', pattern: /(?:sk|rk|pk|whsec)_(?:(?:live|test)_)?[A-Za-z0-9]{16,250}/g },
  { issuer: 'Google', pattern: /AIza[A-Za-z0-9_-]{35}|ya29\.[A-Za-z0-9_-]{20,250}|GOCSPX-[A-Za-z0-9_-]{20,40}/g },
  { issuer: 'Twilio', pattern: /(?:SK|AC)[0-9a-f]{32}/g },
  { issuer: 'SendGrid', pattern: /SG\.[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{16,64}/g },
  { issuer: 'npm', pattern: /npm_[A-Za-z0-9]{36}/g },
  { issuer: 'PyPI', pattern: /pypi-[A-Za-z0-9_-]{50,250}/g },
  { issuer: 'Hugging Face', pattern: /hf_[A-Za-z0-9]{30,64}/g },
  { issuer: 'DigitalOcean', pattern: /do[oprt]_v1_[0-9a-f]{64}/g },
  { issuer: 'Shopify', pattern: /shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}/g },
  { issuer: 'Square', pattern: /sq0[a-z]{3}-[A-Za-z0-9_-]{22,60}|EAAA[A-Za-z0-9_-]{60}/g },
  { issuer: 'Mailgun, Mailchimp', pattern: /key-[0-9a-f]{32}|[0-9a-f]{32}-us\d{1,2}/g },
  { issuer: 'Telegram', pattern: /\d{8,10}:AA[A-Za-z0-9_-]{32,34}/g },
  { issuer: 'Discord', pattern: /[MNO][A-Za-z0-9_-]{23,27}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,40}/g },
  {
    issuer: 'Databricks, Linear, Notion',
    pattern: /dapi[0-9a-f]{32}|lin_api_[A-Za-z0-9]{40}|(?:secret|ntn)_[A-Za-z0-9]{40,50}/g,
  },
  {
    issuer: 'JSON web token',
    pattern: /(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{8,2000}\.[A-Za-z0-9_-]{8,4000}(?:\.[A-Za-z0-9_-]{0,2000})?/g,
  },
  {
    issuer: 'private key',
    pattern: /-----BEGIN [A-Z ]{0,24}PRIVATE KEY-----(?:[^-]{0,8000}-----END [A-Z ]{0,24}PRIVATE KEY-----)?/g,
  },
];
// One cheap test says whether any format can occur at all.
const anyFormat =
  /A(?:KIA|SIA|ROA|IDA|Iza|C[0-9a-f])|gh[pousr]_|github_pat_|gl[a-z]{2,3}-|xox|xapp|hooks\.slack|[srp]k[-_]|whsec|ya29|GOCSPX|SK[0-9a-f]|SG\.|npm_|pypi-|hf_|_v1_|shp|sq0|EAAA|key-|-us\d|:AA|[MNO][A-Za-z0-9_-]{23}|dapi|lin_api|secret_|ntn_|eyJ|BEGIN/;

const cued =
  /(?<!\p{L})(?:api[ _-]?keys?|access[ _-]?keys?|secret[ _-]?keys?|client[ _-]?secret|secret|auth[ _-]?tokens?|access[ _-]?tokens?|refresh[ _-]?tokens?|tokens?|bearer|private[ _-]?key|webhook[ _-]?secret)(?!\p{L})(?:\s?(?:is|:|=|was|->|value|here)){0,3}\s{0,2}["'`]?([A-Za-z0-9_\-./+=~]{12,512})/giu;
const inAddress = /:\/\/[^\s/:@]{1,128}:([^\s/@]{1,128})(?=@)/gu;

/** API keys, tokens, private keys and passwords inside addresses. */
export function* findSecrets(text: string): Generator<Finding> {
  if (anyFormat.test(text)) {
    for (const { pattern } of formats) {
      for (const match of text.matchAll(pattern)) {
        if (/[A-Za-z0-9]/.test(text[match.index - 1] ?? '')) continue;
        yield { start: match.index, end: match.index + match[0].length, type: 'SECRET', strength: 3 };
      }
    }
  }
  for (const finding of inContext(text, cued, 'SECRET')) {
    if (looksRandom(text.slice(finding.start, finding.end))) yield finding;
  }
  if (text.includes('://')) yield* inContext(text, inAddress, 'PASSWORD');
}

/** Letters and digits mixed, no path, no plain word: what a generator prints. */
function looksRandom(value: string): boolean {
  const digits = value.replaceAll(/\D/g, '').length;
  const isMixed = /[a-z]/.test(value) && /[A-Z]/.test(value);
  return (
    (digits >= 2 || (isMixed && (digits === 1 || value.length >= 24))) &&
    /[A-Za-z]/.test(value) &&
    new Set(value).size >= 8
  );
}
