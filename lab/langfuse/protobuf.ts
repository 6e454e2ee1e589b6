import { toMs, type Span } from './spans.ts';

/** One field: a varint or a fixed number as bigint, anything else as bytes. */
interface Field {
  readonly number: number;
  readonly value: bigint | Uint8Array;
}

const wire = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

/** The fields of one message in their order. Throws when the bytes end too soon or are no message. */
function* fieldsOf(bytes: Uint8Array): Generator<Field> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = view.getUint8(at++);
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
      if (shift > 63n) throw new Error('A varint is too long');
    }
  };
  const take = (length: number): Uint8Array => {
    if (at + length > bytes.length) throw new Error('The message ends too soon');
    return bytes.subarray(at, (at += length));
  };
  while (at < bytes.length) {
    const tag = Number(varint());
    const number = tag >>> 3;
    switch (tag & 7) {
      case wire.varint:
        yield { number, value: varint() };
        break;
      case wire.fixed64:
        yield { number, value: view.getBigUint64(at, true) };
        at += 8;
        break;
      case wire.bytes:
        yield { number, value: take(Number(varint())) };
        break;
      case wire.fixed32:
        yield { number, value: BigInt(view.getUint32(at, true)) };
        at += 4;
        break;
      default:
        throw new Error(`No such wire type: ${tag & 7}`);
    }
  }
}

const text = new TextDecoder();
const bytesIn = (message: Uint8Array, number: number): Uint8Array[] =>
  [...fieldsOf(message)].flatMap((field) =>
    field.number === number && typeof field.value !== 'bigint' ? [field.value] : [],
  );
const textIn = (message: Uint8Array, number: number): string => text.decode(bytesIn(message, number)[0]);
const hexIn = (message: Uint8Array, number: number): string =>
  Buffer.from(bytesIn(message, number)[0] ?? []).toString('hex');
const numberIn = (message: Uint8Array, wanted: number): bigint =>
  [...fieldsOf(message)].flatMap(({ number, value }) =>
    number === wanted && typeof value === 'bigint' ? [value] : [],
  )[0] ?? 0n;

const doubleOf = (bits: bigint): number => new DataView(new BigUint64Array([bits]).buffer).getFloat64(0, true);

/** `AnyValue` of opentelemetry/proto/common/v1/common.proto. */
const valueOf = (message: Uint8Array): unknown => {
  const [field] = fieldsOf(message);
  if (!field) return null;
  const { number, value } = field;
  if (typeof value === 'bigint') {
    if (number === 2) return value !== 0n;
    return number === 4 ? doubleOf(value) : Number(BigInt.asIntN(64, value));
  }
  if (number === 5) return bytesIn(value, 1).map(valueOf);
  if (number === 6) return attributesOf(bytesIn(value, 1));
  return number === 7 ? Buffer.from(value).toString('base64') : text.decode(value);
};

const attributesOf = (attributes: readonly Uint8Array[]): Record<string, unknown> =>
  Object.fromEntries(
    attributes.map((attribute) => [textIn(attribute, 1), valueOf(bytesIn(attribute, 2)[0] ?? new Uint8Array())]),
  );

/** The spans of an OTLP export in protobuf (opentelemetry/proto/trace/v1/trace.proto). Throws when it is none. */
export const readProtobufSpans = (body: Uint8Array): Span[] =>
  bytesIn(body, 1)
    .flatMap((resourceSpans) => bytesIn(resourceSpans, 2))
    .flatMap((scopeSpans) => bytesIn(scopeSpans, 2))
    .map((span) => ({
      traceId: hexIn(span, 1),
      spanId: hexIn(span, 2),
      parentId: hexIn(span, 4) || null,
      name: textIn(span, 5),
      attributes: attributesOf(bytesIn(span, 9)),
      startMs: toMs(numberIn(span, 7)),
      endMs: toMs(numberIn(span, 8)),
    }));
