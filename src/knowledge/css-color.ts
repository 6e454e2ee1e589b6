/** Red, green, blue from 0 to 255, and how much of what lies behind is covered, from 0 to 1. */
export interface Color {
  readonly rgb: readonly [number, number, number];
  readonly alpha: number;
}

/** The names that a page is most often written with, and all that look like white or black. */
const names: Readonly<Record<string, string>> = {
  white: 'fff',
  snow: 'fffafa',
  ivory: 'fffff0',
  azure: 'f0ffff',
  mintcream: 'f5fffa',
  ghostwhite: 'f8f8ff',
  floralwhite: 'fffaf0',
  whitesmoke: 'f5f5f5',
  black: '000',
  silver: 'c0c0c0',
  gray: '808080',
  grey: '808080',
  red: 'f00',
  maroon: '800000',
  yellow: 'ff0',
  olive: '808000',
  lime: '0f0',
  green: '008000',
  aqua: '0ff',
  teal: '008080',
  blue: '00f',
  navy: '000080',
  fuchsia: 'f0f',
  purple: '800080',
};

const fromHex = (hex: string): Color => {
  const digits = hex.length < 6 ? hex.replaceAll(/./g, '$&$&') : hex;
  const [red, green, blue, alpha = 255] = digits.match(/../g)!.map((pair) => Number.parseInt(pair, 16));
  return { rgb: [red!, green!, blue!], alpha: alpha / 255 };
};

/** A number, or a percentage of `whole`. */
const toNumber = (text: string, whole: number): number =>
  text.endsWith('%') ? (Number.parseFloat(text) / 100) * whole : Number.parseFloat(text);

const fromHsl = (hue: number, saturation: number, lightness: number): Color['rgb'] => {
  const swing = saturation * Math.min(lightness, 1 - lightness);
  const part = (shift: number): number => {
    const place = (((shift + hue / 30) % 12) + 12) % 12;
    return Math.round(255 * (lightness - swing * Math.max(-1, Math.min(place - 3, 9 - place, 1))));
  };
  return [part(0), part(8), part(4)];
};

/** A color as CSS writes it; undefined where it is none that is known here. */
export const readColor = (text: string): Color | undefined => {
  const color = text.trim().toLowerCase();
  if (color === 'transparent') return { rgb: [0, 0, 0], alpha: 0 };
  const name = Object.hasOwn(names, color) ? names[color] : undefined;
  const [, hex = name] = /^#([\da-f]{3,4}|[\da-f]{6}|[\da-f]{8})$/.exec(color) ?? [];
  if (hex !== undefined) return fromHex(hex);
  const [, model, inside = ''] = /^(rgb|hsl)a?\(([^)]*)\)$/.exec(color) ?? [];
  const [first = '', second = '', third = '', alpha = '1'] = inside.split(/[\s,/]+/).filter((part) => part !== '');
  if (model === undefined || third === '') return undefined;
  const rgb: Color['rgb'] =
    model === 'rgb'
      ? [toNumber(first, 255), toNumber(second, 255), toNumber(third, 255)]
      : fromHsl(toNumber(first, 360), Number.parseFloat(second) / 100, Number.parseFloat(third) / 100);
  return { rgb, alpha: toNumber(alpha, 1) };
};

/** Whether nobody tells one from the other. */
export const looksLike = (one: Color, other: Color): boolean =>
  one.rgb.every((part, index) => Math.abs(part - other.rgb[index]!) <= 16);
