/** What is too long is read on, and thrown away, up to so many times the limit. */
const patience = 4;

/**
 * The request with its body read, or null when that is longer than allowed. The rest of a longer one is read all the same:
 * who is cut off in the middle of a request does not see the answer, and neither does the next request on that connection.
 */
export const readBody = async (request: Request, lengthMax: number): Promise<Request | null> => {
  if (!request.body) return request;
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of request.body) {
    length += part.byteLength;
    if (length > lengthMax * patience) return null;
    if (length <= lengthMax) parts.push(part);
  }
  const { method } = request;
  return length > lengthMax ? null : new Request(request, { method, body: Buffer.concat(parts) });
};
