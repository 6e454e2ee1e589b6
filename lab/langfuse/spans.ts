/** One span as it was exported, whatever encoding it came in. */
export interface Span {
  readonly traceId: string;
  readonly spanId: string;
  /** Null for the root of a trace. */
  readonly parentId: string | null;
  readonly name: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly startMs: number;
  readonly endMs: number;
}

interface JsonValue {
  readonly stringValue?: string;
  readonly boolValue?: boolean;
  readonly intValue?: string | number;
  readonly doubleValue?: number;
  readonly bytesValue?: string;
  readonly arrayValue?: { readonly values?: readonly JsonValue[] };
  readonly kvlistValue?: { readonly values?: readonly JsonAttribute[] };
}

interface JsonAttribute {
  readonly key: string;
  readonly value?: JsonValue;
}

interface JsonSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name?: string;
  readonly startTimeUnixNano?: string | number;
  readonly endTimeUnixNano?: string | number;
  readonly attributes?: readonly JsonAttribute[];
}

interface JsonTraces {
  readonly resourceSpans?: readonly { readonly scopeSpans?: readonly { readonly spans?: readonly JsonSpan[] }[] }[];
}

export const toMs = (nanoseconds: bigint): number => Number(nanoseconds / 1000n) / 1000;

const valueOf = (value: JsonValue | undefined): unknown => {
  if (!value) return null;
  if (value.intValue !== undefined) return Number(value.intValue);
  if (value.arrayValue) return (value.arrayValue.values ?? []).map(valueOf);
  if (value.kvlistValue) return attributesOf(value.kvlistValue.values);
  return value.stringValue ?? value.boolValue ?? value.doubleValue ?? value.bytesValue ?? null;
};

const attributesOf = (attributes: readonly JsonAttribute[] = []): Record<string, unknown> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, valueOf(value)]));

/** The spans of an OTLP export in JSON. Throws when it is none. */
export const readJsonSpans = (text: string): Span[] => {
  const { resourceSpans } = JSON.parse(text) as JsonTraces;
  if (!Array.isArray(resourceSpans)) throw new Error('resourceSpans is missing');
  return (resourceSpans as NonNullable<JsonTraces['resourceSpans']>)
    .flatMap(({ scopeSpans = [] }) => scopeSpans)
    .flatMap(({ spans = [] }) => spans)
    .map((span) => ({
      traceId: span.traceId,
      spanId: span.spanId,
      parentId: span.parentSpanId || null,
      name: span.name ?? '',
      attributes: attributesOf(span.attributes),
      startMs: toMs(BigInt(span.startTimeUnixNano ?? 0)),
      endMs: toMs(BigInt(span.endTimeUnixNano ?? 0)),
    }));
};
