import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

import { createExit } from './exit.ts';
import { scoreInjection } from './injection.ts';
import { disarmLinks } from './links.ts';
import { findPersonalData } from './pii/find-personal-data.ts';
import { wantsHuman } from './wants-human.ts';

const folder = process.env['FIRSTLINE_DATA'] ?? join(import.meta.dirname, '../../../shared/data');

interface Row {
  readonly text: string;
  readonly content: string;
  readonly intent: string;
  readonly intents: readonly string[];
  readonly evil: readonly string[];
  readonly allow: readonly string[];
  readonly secret: string;
  readonly spans: readonly { readonly start: number; readonly end: number; readonly type: string }[];
}

function read(file: string): Row[] {
  const lines = readFileSync(join(folder, `${file}.jsonl`), 'utf8')
    .trim()
    .split('\n');
  return lines.map((line) => JSON.parse(line) as Row);
}

const structured = new Set(['EMAIL', 'PHONE', 'CARD', 'IBAN', 'SSN', 'IP', 'SECRET', 'PASSWORD']);

/** Full-span recall on structured types and precision against every labelled span. */
function measurePersonalData(rows: readonly Row[]) {
  let labelled = 0;
  let covered = 0;
  let found = 0;
  let right = 0;
  for (const { text, spans } of rows) {
    const points = [...text];
    const gold = spans.map(({ start, end, type }) => ({
      start: points.slice(0, start).join('').length,
      end: points.slice(0, end).join('').length,
      type,
    }));
    const seen = findPersonalData(text);
    for (const { start, end, type } of gold) {
      if (!structured.has(type)) continue;
      labelled += 1;
      const units = text
        .slice(start, end)
        .split('')
        .map((unit, index) => ({ unit, at: start + index }));
      if (
        units.every(
          ({ unit, at }) => !/[\p{L}\p{N}]/u.test(unit) || seen.some((span) => span.start <= at && at < span.end),
        )
      )
        covered += 1;
    }
    found += seen.length;
    right += seen.filter((span) => gold.some(({ start, end }) => span.start < end && start < span.end)).length;
  }
  return { recall: covered / labelled, precision: right / found };
}

const rate = (rows: readonly Row[], hit: (row: Row) => boolean) => rows.filter(hit).length / rows.length;

describe.skipIf(!existsSync(folder))('goals on public data', () => {
  test.each(['pii/support-chat', 'pii/presidio-generated'])('structured personal data in %s', (file) => {
    const { recall, precision } = measurePersonalData(read(file));
    expect(recall).toBeGreaterThanOrEqual(0.97);
    expect(precision).toBeGreaterThanOrEqual(0.97);
  });

  test.each([
    ['pii/orders-no-pii', 0.002],
    ['intents/banking77-train', 0.001],
    ['intents/bitext-train', 0.001],
    // Some of its people are called by their names.
    ['intents/clinc150-train', 0.002],
  ])('clean text in %s stays untouched', (file, most) => {
    const names = read('pii/names-in-requests').flatMap(({ text, spans }) =>
      spans.map(({ start, end }) => text.slice(start, end)),
    );
    const rows = read(file).filter(({ text }) => !names.some((name) => text.includes(name)));
    expect(rate(rows, ({ text }) => findPersonalData(text).length > 0)).toBeLessThanOrEqual(most);
  });

  test('help-center articles stay untouched', () => {
    expect(
      rate(read('knowledge/bank-help-center'), ({ content }) => findPersonalData(content).length > 0),
    ).toBeLessThanOrEqual(0.02);
  });

  test('no exfiltration attempt stays alive, every benign link does', () => {
    const allowedHosts = ['help.acme.com', 'cdn.acme.com', 'api.acme.com'];
    for (const { text, evil, secret } of read('output/exfiltration-attacks')) {
      const exit = createExit({ allowedHosts });
      for (const result of [disarmLinks(text, { allowedHosts }), exit.push(text) + exit.end()]) {
        const plain = result.normalize('NFKC').toLowerCase();
        for (const leak of [...evil, secret.toLowerCase()]) expect(plain, text).not.toContain(leak);
      }
    }
    for (const { text, allow } of read('output/exfiltration-benign'))
      expect(disarmLinks(text, { allowedHosts: allow })).toBe(text);
  });

  test('an article leaves the same in pieces as at once', () => {
    for (const [index, { content }] of read('knowledge/bank-help-center').entries()) {
      if (index % 10 !== 0) continue;
      const rules = { allowedHosts: ['help.acme.com'] };
      const atOnce = createExit(rules);
      const inPieces = createExit(rules);
      let released = '';
      for (let at = 0; at < content.length; at += 5) released += inPieces.push(content.slice(at, at + 5));
      expect(released + inPieces.end()).toBe(atOnce.push(content) + atOnce.end());
    }
  });

  test('wishes for a person', () => {
    const bitext = read('intents/bitext-train');
    expect(
      rate(
        bitext.filter(({ intent }) => intent === 'contact_human_agent'),
        ({ text }) => wantsHuman(text),
      ),
    ).toBeGreaterThanOrEqual(0.95);
    // Asking for customer service is neither clearly a wish for a person nor clearly none.
    const others = bitext.filter(
      ({ intent }) => intent !== 'contact_human_agent' && intent !== 'contact_customer_service',
    );
    const turns = read('intents/nlupp-folds-0-9').filter(({ intents }) => !intents.includes('handoff'));
    for (const rows of [others, turns, read('intents/banking77-train'), read('intents/clinc150-train')]) {
      expect(rate(rows, ({ text }) => wantsHuman(text))).toBeLessThanOrEqual(0.005);
    }
  });

  test('support traffic is not taken for injection', () => {
    const restricts = ({ text }: Row) => scoreInjection(text).verdict.startsWith('re');
    for (const file of [
      'intents/banking77-train',
      'intents/bitext-train',
      'intents/clinc150-train',
      'pii/support-chat',
    ]) {
      expect(rate(read(file), restricts), file).toBeLessThanOrEqual(0.001);
    }
    expect(rate(read('injection/benign-wildguard'), restricts)).toBeLessThanOrEqual(0.03);
  });
});
