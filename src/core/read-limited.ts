/**
 * The body of a response if it has no more bytes than this, else null. It is not read further than that, whatever the response
 * says of its length.
 */
export const readLimited = async (response: Response, lengthMax: number): Promise<Uint8Array | null> => {
  if (Number(response.headers.get('content-length')) > lengthMax) {
    await response.body?.cancel();
    return null;
  }
  const parts: Uint8Array[] = [];
  let length = 0;
  // Leaving the loop ends the transfer.
  for await (const part of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    length += part.byteLength;
    if (length > lengthMax) return null;
    parts.push(part);
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.byteLength;
  }
  return bytes;
};
