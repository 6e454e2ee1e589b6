import { cue, cueBefore, isAboutThing } from './cues.ts';
import { inContext } from './in-context.ts';
import { nationalChecks } from './national-checks.ts';
import type { Finding, PersonalDataType } from './personal-data.ts';

const ssnCue = cue('ssns?|social security|social sec|social|itin|tax id|tin|security number');
const ssnShape = /(?<![\p{L}\p{N}\-.])(\d{3})([- ])(\d{2})\2(\d{4})(?![\p{L}\p{N}]|-\d)/gu;
// "last four of ssn is 5463", "ssn no 1100", "ssn 123456789".
const ssnInContext =
  /(?<!\p{L})(?:ssns?|social security|social|security number)(?!\p{L})(?:\s?(?:number|no|num|is|the|last|four|4(?!\d)|digits?|of|my|are|ending|in|with|and|[.:#=,])(?!\p{L})){0,6}\s{0,2}[x*-]{0,9}(\d{3,9})(?![\p{L}\p{N}])/giu;
const numberInsurance =
  /(?<![\p{L}\p{N}])[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D](?![\p{L}\p{N}])/giu;

const documents: readonly { readonly type: PersonalDataType; readonly pattern: RegExp }[] = [
  { type: 'PASSPORT', pattern: document('passport|reisepass|pasaporte|passeport|passaporto') },
  { type: 'LICENSE', pattern: document("(?:driver'?s?|driving)[ -]?(?:licen[cs]e|lic)|führerschein|dl") },
  {
    type: 'NATIONAL_ID',
    pattern: document(
      'national id|identity card|id card|personalausweis|ausweis|dni|nie|curp|cpf|aadhaar|aadhar|nino|national insurance|steuer-?id|tax id|ein|itin|tin|steuernummer|steueridentifikationsnummer|sozialversicherungsnummer|codice fiscale|bsn|burgerservicenummer|nhs|medicare|pesel|tfn|tax file|sin (?:number|no)|social insurance|pan (?:card|number|no)|personnummer|cpr|tckn|rut|ahv|nss|nif|rfc|c[ée]dula|documento de identidad|carte d.identité|sécurité sociale|seguridad social|identification|emirates id|iqama',
    ),
  },
];

function document(words: string): RegExp {
  return new RegExp(
    `(?<!\\p{L})(?:${words})(?!\\p{L})(?:\\s?(?:number|no|num|nr|id|is|my|was|ist|es|est|número|nummer|numéro|[.:#=,°º])(?!\\p{L})){0,5}\\s{0,2}([\\p{L}]{0,5}[ -]?\\d[\\p{L}\\p{N}.-]{3,18}[\\p{L}\\p{N}]|\\d{2,4}(?:[ .]\\d{2,4}){2,4})(?![\\p{L}\\p{N}])`,
    'giu',
  );
}

/** Social security numbers, other national numbers, passports and driving licences. */
export function* findNationalIds(text: string): Generator<Finding> {
  for (const match of text.matchAll(ssnShape)) {
    const cued = cueBefore(text, match.index, ssnCue);
    if (
      !cued &&
      (match[2] === ' ' ||
        !isIssuable(match[1] ?? '', match[3] ?? '', match[4] ?? '') ||
        isAboutThing(text, match.index))
    )
      continue;
    yield { start: match.index, end: match.index + match[0].length, type: 'SSN', strength: 3 };
  }
  yield* inContext(text, ssnInContext, 'SSN');
  for (const match of text.matchAll(numberInsurance)) {
    yield { start: match.index, end: match.index + match[0].length, type: 'NATIONAL_ID', strength: 2 };
  }
  for (const { pattern, isValid } of nationalChecks) {
    for (const match of text.matchAll(pattern)) {
      if (isValid(match[0]) && !isAboutThing(text, match.index))
        yield { start: match.index, end: match.index + match[0].length, type: 'NATIONAL_ID', strength: 3 };
    }
  }
  for (const { type, pattern } of documents) yield* inContext(text, pattern, type);
}

/** Area 000, 666 and 9xx, group 00 and serial 0000 are never issued (SSA); 9xx is used for tax numbers and counts. */
function isIssuable(area: string, group: string, serial: string): boolean {
  return area !== '000' && area !== '666' && group !== '00' && serial !== '0000';
}
