import { expect, test } from 'vitest';

import { fileLimits } from '#test/support/file-limits.ts';
import { toPdf } from '#test/support/pdf.ts';

import { readFile } from './read-file.ts';

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');

test.each([
  ['text', Buffer.from('Bestellung 1234 – geliefert'), { kind: 'text', text: 'Bestellung 1234 – geliefert' }],
  ['text of Windows', Buffer.from('\uFEFFOrder 1234', 'utf16le'), { kind: 'text', text: 'Order 1234' }],
  [
    'a PDF',
    toPdf(['Order 1234', 'was (not) delivered']),
    { kind: 'text', text: expect.stringMatching(/Order 1234\s+was \(not\) delivered/) },
  ],
  ['a PNG', bytes('\x89PNG\r\n\x1a\n....'), { kind: 'image', mediaType: 'image/png' }],
  ['a JPEG', bytes('\xff\xd8\xff\xe0....'), { kind: 'image', mediaType: 'image/jpeg' }],
  ['a GIF', bytes('GIF89a....'), { kind: 'image', mediaType: 'image/gif' }],
  ['a WebP', bytes('RIFF\x10\x00\x00\x00WEBPVP8 '), { kind: 'image', mediaType: 'image/webp' }],
  ['a program', bytes('\x7fELF\x02\x01\x01\x00'), { kind: 'unknown' }],
  ['an archive', bytes('PK\x03\x04\x14\x00\x00\x00'), { kind: 'unknown' }],
  ['nothing', bytes(''), { kind: 'unknown' }],
  ['blanks', bytes(' \n '), { kind: 'unknown' }],
  ['a PDF that is none', bytes('%PDF-1.7\nnonsense'), { kind: 'unknown' }],
])('%s is told by its bytes', async (_what, file, content) => {
  expect(await readFile(file, fileLimits)).toEqual(content);
});
