import type { Element } from 'hast';

import { type Color, looksLike, readColor } from './css-color.ts';

/** Elements that are never the content of a page. */
const dropped = new Set([
  'script', 'style', 'noscript', 'template', 'iframe', 'object', 'embed', 'svg', 'canvas',
  'nav', 'form', 'input', 'button', 'select', 'textarea', 'dialog', 'link', 'meta',
]); // prettier-ignore

/** Below this nothing is left of a letter. */
const opacityMin = 0.1;
const pixelsOf: Readonly<Record<string, number>> = { px: 1, pt: 4 / 3, em: 16, rem: 16, '%': 0.16 };

/** The declarations of a `style` attribute, without the comments and escapes that hide them; the last of a name counts. */
const readStyle = (element: Element): ReadonlyMap<string, string> => {
  const plain = String(element.properties['style'] ?? '')
    .replaceAll(/\/\*[\s\S]*?(?:\*\/|$)/g, ' ')
    .replaceAll(/\\([\da-f]{1,6})\s?/gi, (_, code: string) =>
      String.fromCodePoint(Number.parseInt(code, 16) % 0x110000),
    )
    .replaceAll('\\', '')
    .replaceAll(/\s+/g, ' ')
    .toLowerCase();
  const declarations = plain.split(';').flatMap((declaration) => {
    const colon = declaration.indexOf(':');
    return colon < 0 ? [] : [[declaration.slice(0, colon).trim(), declaration.slice(colon + 1).trim()] as const];
  });
  const isImportant = (value: string): boolean =>
    value.endsWith('important') && value.slice(0, -'important'.length).trimEnd().endsWith('!');
  return new Map(
    declarations
      .toSorted(([, one], [, other]) => Number(isImportant(one)) - Number(isImportant(other)))
      .map(([name, value]) => [name, isImportant(value) ? value.slice(0, value.lastIndexOf('!')).trim() : value]),
  );
};

const isTiny = (size = ''): boolean => {
  const number = Number.parseFloat(size);
  const [unit] = /(?:px|pt|r?em|%)$/.exec(size) ?? [];
  return number === 0 || (unit !== undefined && number * pixelsOf[unit]! <= 1);
};

/** `font: italic 12px/1.5 serif`: the size is what has a unit, or is nothing. */
const sizeInFont = (font = ''): string | undefined =>
  font.split(/[ /]/).find((part) => /^(?:[\d.]+(?:px|pt|r?em|%)|[0.]+)$/.test(part));

const isFarOutside = (place: string | undefined): boolean => /^-\d{3,}/.test(place ?? '');

const isFaint = (opacity: string | undefined): boolean =>
  opacity !== undefined && Number.parseFloat(opacity) / (opacity.endsWith('%') ? 100 : 1) < opacityMin;

/** True for an element whose content a reader of the page would not see, whatever it stands on. */
export const isUnseen = (element: Element): boolean => {
  const { properties, tagName } = element;
  const style = readStyle(element);
  return (
    dropped.has(tagName) ||
    (properties['hidden'] !== undefined && properties['hidden'] !== false) ||
    String(properties['ariaHidden'] ?? '') === 'true' ||
    style.get('display') === 'none' ||
    ['hidden', 'collapse'].includes(style.get('visibility') ?? '') ||
    isFaint(style.get('opacity')) ||
    isTiny(style.get('font-size') ?? sizeInFont(style.get('font'))) ||
    ['left', 'top', 'text-indent'].some((side) => isFarOutside(style.get(side)))
  );
};

/** What the words of an element are written with, and on. */
export interface Ink {
  readonly words: Color;
  /** Null: a picture, or anything else of which it cannot be told what it looks like. */
  readonly ground: Color | null;
}

export const inkOfPage: Ink = {
  words: { rgb: [0, 0, 0], alpha: 1 },
  ground: { rgb: [255, 255, 255], alpha: 1 },
};

/** Attributes of old take colors without their `#`. */
const readAttribute = (value: unknown): Color | undefined =>
  typeof value === 'string' ? (readColor(value) ?? readColor(`#${value}`)) : undefined;

const groundOf = (element: Element, style: ReadonlyMap<string, string>, behind: Ink['ground']): Ink['ground'] => {
  const written = style.get('background-color') ?? style.get('background');
  if (written === undefined) return readAttribute(element.properties['bgColor']) ?? behind;
  if (/url\(|gradient\(/.test(written)) return null;
  const color = (written.match(/[\w#-]+(?:\([^)]{0,99}\))?/g) ?? []).map(readColor).find((one) => one !== undefined);
  if (color) return color.alpha < opacityMin ? behind : color;
  return /^(?:none|inherit|initial|unset|var\(.*\))$/.test(written) ? behind : null;
};

/** The ink in an element, by the one around it. */
export const inkOf = (element: Element, around: Ink): Ink => {
  const style = readStyle(element);
  const written = style.get('color');
  const { color, text } = element.properties;
  const words = written === undefined ? readAttribute(color ?? text) : readColor(written);
  return { words: words ?? around.words, ground: groundOf(element, style, around.ground) };
};

/** Whether words stand out from what they stand on. */
export const isLegible = ({ words, ground }: Ink): boolean =>
  words.alpha >= opacityMin && (ground === null || !looksLike(words, ground));
