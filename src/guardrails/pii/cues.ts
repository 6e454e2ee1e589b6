// Words around a number say what it is. A window of fixed length keeps every test constant-time.
const windowLength = 48;

// What may stand between a cue and its number.
const link =
  "(?:[\\s:#=.,'\"(\\-]|(?<![\\p{L}])(?:number|numbers|num|no|nr|id|code|is|was|are|it's|its|with|of|the|this|my|new|old|same|called|ending|in|ist|es|est|é|è|lautet|numéro|número|numero|nummer|mein|meine|mi|mon|ma|meu|il|le|la|al|au|unter|for|at|on|to|and|or)(?![\\p{L}]))*$";

/** A test for "this cue, then only filler, then here". */
export function cue(words: string): RegExp {
  return new RegExp(`(?<![\\p{L}])(?:${words})(?![\\p{L}])${link}`, 'iu');
}

export function cueBefore(text: string, start: number, pattern: RegExp): boolean {
  return pattern.test(text.slice(Math.max(0, start - windowLength), start));
}

/** Numbers that are about things, not people. */
export const thingCue = cue(
  'orders?|purchase|tracking|track|parcel|package|shipment|consignment|waybill|imei|imsi|serial|s/n|sn|isbn|book|invoice|inv|bill|receipt|ref|reference|ticket|case|claim|rma|sku|ean|upc|asin|item|product|part|model|version|firmware|build|release|booking|reservation|confirmation|transaction|txn|trace|request|session|error|err|bestellung|bestellnummer|auftrag|rechnung|pedido|factura|commande|facture|ordine|fattura|sendung|sendungsnummer|flight|room|gate|chapter|page',
);

// These own every number near them, however the sentence is turned ("the IMEI of the phone is …").
const device = /(?<!\p{L})(?:imei|imsi|isbn|serial|tracking|waybill)(?!\p{L})[^\d\n]*$/iu;
const anyThing =
  /(?<!\p{L})(?:orders?|purchase|package|parcel|invoice|bill|receipt|ticket|booking|reservation|transaction|reference|ref|refund|item|product|sku|case|bestellung|rechnung|pedido|factura|commande|facture|request|error|version|model)(?!\p{L})/iu;

export function isNearThing(text: string, start: number): boolean {
  return anyThing.test(text.slice(Math.max(0, start - windowLength), start));
}

export function isAboutThing(text: string, start: number): boolean {
  return cueBefore(text, start, thingCue) || cueBefore(text, start, device);
}

const moneyBefore = /(?:[$£€¥₹]|\b(?:usd|eur|gbp|inr|rs|chf|aud|cad)\.?)\s?[\d.,]*$/i;
const moneyAfter = /^[.,]?\d*\s?(?:[$£€¥₹%]|(?:usd|eur|gbp|inr|chf|aud|cad|dollars?|euros?|pounds?|rupees?|bucks?)\b)/i;

export function isAmount(text: string, start: number, end: number): boolean {
  return moneyBefore.test(text.slice(Math.max(0, start - 12), start)) || moneyAfter.test(text.slice(end, end + 12));
}

export interface DigitGroup {
  readonly start: number;
  readonly end: number;
  /** Where the group begins in the digits of its run. */
  readonly offset: number;
}

export interface DigitRun {
  readonly start: number;
  readonly end: number;
  readonly groups: readonly DigitGroup[];
  readonly digits: string;
}

/** Runs of digit groups joined by at most two blanks, dots, dashes, slashes or brackets; never across a line or a sentence. */
export function* digitRuns(text: string): Generator<DigitRun> {
  for (const match of text.matchAll(
    /(?<![\p{L}\p{N}_])\d+(?:(?!\. )[ .\-/()\u2010-\u2015]{1,2}\d+)*(?!_|(?!x\s?\d|ext)\p{L})/giu,
  )) {
    const groups: DigitGroup[] = [];
    let offset = 0;
    for (const group of match[0].matchAll(/\d+/g)) {
      const start = match.index + group.index;
      groups.push({ start, end: start + group[0].length, offset });
      offset += group[0].length;
    }
    yield { start: match.index, end: match.index + match[0].length, groups, digits: match[0].replaceAll(/\D/g, '') };
  }
}

/** How many digits the groups from `first` to `last` have. */
export function digitCount(run: DigitRun, first: number, last: number): number {
  return (run.groups[last + 1]?.offset ?? run.digits.length) - (run.groups[first]?.offset ?? 0);
}
