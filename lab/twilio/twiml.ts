export interface TwimlReply {
  readonly body: string;
  readonly mediaUrls: readonly string[];
  /** Other than the sender of the message answered, when set. */
  readonly to: string | null;
  readonly statusCallback: string | null;
}

const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

const unescape = (text: string): string =>
  text.replace(/<!\[CDATA\[(.*?)\]\]>|&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gis, (whole, cdata, hex, decimal, name) => {
    if (cdata !== undefined) return String(cdata);
    if (hex !== undefined) return String.fromCodePoint(Number.parseInt(String(hex), 16));
    if (decimal !== undefined) return String.fromCodePoint(Number(decimal));
    return entities[String(name)] ?? String(whole);
  });

const attribute = (attributes: string, name: string): string | null => {
  const found = new RegExp(`\\b${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`).exec(attributes);
  return found ? unescape(found[1] ?? found[2] ?? '') : null;
};

/** Whether every tag is closed in order and nothing but `<Response>` is at the root. */
const isWellFormed = (xml: string): boolean => {
  const stack: string[] = [];
  let roots = 0;
  const outside = xml
    .replace(/<!\[CDATA\[.*?\]\]>/gs, '')
    .replace(/<(\/?)([A-Za-z]\w*)\b(?:[^<>"']|"[^"]*"|'[^']*')*?(\/?)>/g, (_, closing, name, alone) => {
      if (closing) return stack.pop() === name ? '' : '<';
      if (stack.length === 0) roots += name === 'Response' ? 1 : 2;
      if (!alone) stack.push(String(name));
      return '';
    });
  return stack.length === 0 && roots === 1 && !outside.includes('<');
};

const toReply = (attributes: string, content: string): TwimlReply => {
  const parts = (tag: string) =>
    [...content.matchAll(new RegExp(`<${tag}\\b[^>]*>(.*?)</${tag}>`, 'gs'))].map(([, text]) =>
      unescape(text ?? '').trim(),
    );
  const bodies = parts('Body');
  const bare = unescape(content.replace(/<(Body|Media)\b[^>]*>.*?<\/\1>/gs, '')).trim();
  return {
    body: bodies.length > 0 ? bodies.join('') : bare,
    mediaUrls: parts('Media'),
    to: attribute(attributes, 'to'),
    statusCallback: attribute(attributes, 'statusCallback') ?? attribute(attributes, 'action'),
  };
};

/** The messages a TwiML document asks for, or null when the document cannot be parsed (error 12100). */
export const readTwiml = (document: string): TwimlReply[] | null => {
  const xml = document
    .replace(/^\uFEFF?\s*(<\?xml[^>]*\?>)?/, '')
    .replace(/<!--.*?-->/gs, '')
    .trim();
  if (!isWellFormed(xml)) return null;
  return [...xml.matchAll(/<(Message|Sms)\b((?:[^<>"']|"[^"]*"|'[^']*')*?)(?:\/>|>(.*?)<\/\1>)/gs)].map(
    ([, , attributes = '', content = '']) => toReply(attributes, content),
  );
};
