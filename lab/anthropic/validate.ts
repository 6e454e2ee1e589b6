/** A request body after `problemIn` found nothing wrong with it. */
export interface MessagesRequest {
  readonly model: string;
  readonly max_tokens: number;
  readonly stream?: boolean;
  readonly stop_sequences?: readonly string[];
  readonly system?: string | readonly Block[];
  readonly tools?: readonly Block[];
  readonly messages: readonly { readonly role: 'user' | 'assistant'; readonly content: string | readonly Block[] }[];
  readonly [field: string]: unknown;
}

export type Block = Readonly<Record<string, unknown>>;

const fields = new Set(
  (
    'model max_tokens messages system stream stop_sequences temperature top_p top_k metadata tools tool_choice thinking ' +
    'service_tier cache_control container context_management inference_geo mcp_servers output_config speed betas'
  ).split(' '),
);

const blockTypes = new Set(
  (
    'text image document search_result thinking redacted_thinking tool_use tool_result server_tool_use ' +
    'web_search_tool_result web_fetch_tool_result code_execution_tool_result container_upload'
  ).split(' '),
);

/** The API takes at most four explicit cache breakpoints in one request. */
const breakpointsMax = 4;

const isRecord = (value: unknown): value is Block =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const blocksOf = (content: unknown): readonly Block[] => (Array.isArray(content) ? content.filter(isRecord) : []);

/** What the API answers with `invalid_request_error` for this body, or null. `counting` skips what `count_tokens` does not ask for. */
export function problemIn(body: unknown, counting = false): string | null {
  if (!isRecord(body)) return 'The request body is not valid JSON.';
  const extra = Object.keys(body).find((field) => !fields.has(field));
  if (extra) return `${extra}: Extra inputs are not permitted`;
  return (
    problemInHead(body, counting) ??
    problemInSystem(body.system) ??
    problemInMessages(body.messages) ??
    problemInPairs(body.messages as MessagesRequest['messages']) ??
    problemInBreakpoints(body)
  );
}

function problemInHead(body: Block, counting: boolean): string | null {
  if (body.model === undefined) return 'model: Field required';
  if (typeof body.model !== 'string') return 'model: Input should be a valid string';
  if (body.model === '') return 'model: String should have at least 1 character';
  if (!counting) {
    if (body.max_tokens === undefined) return 'max_tokens: Field required';
    if (!Number.isInteger(body.max_tokens)) return 'max_tokens: Input should be a valid integer';
    if ((body.max_tokens as number) < 1) return 'max_tokens: Input should be greater than or equal to 1';
  }
  const { temperature } = body;
  if (temperature !== undefined && !(typeof temperature === 'number' && temperature >= 0 && temperature <= 1)) {
    return 'temperature: range: 0..1';
  }
  if (body.messages === undefined) return 'messages: Field required';
  if (!Array.isArray(body.messages)) return 'messages: Input should be a valid list';
  if (body.messages.length === 0) return 'messages: at least one message is required';
  return null;
}

function problemInText(text: unknown, at: string): string | null {
  if (typeof text !== 'string') return `${at}.text: Field required`;
  if (text === '') return `${at}: text content blocks must be non-empty`;
  if (text.trim() === '') return `${at}: text content blocks must contain non-whitespace text`;
  return null;
}

function problemInSystem(system: unknown): string | null {
  if (system === undefined || typeof system === 'string') return null;
  if (!Array.isArray(system)) return 'system: Input should be a valid list';
  for (const [index, block] of system.entries()) {
    if (!isRecord(block) || block.type !== 'text') return `system.${index}.type: Input should be 'text'`;
    const problem = problemInText(block.text, `system.${index}`);
    if (problem) return problem;
  }
  return null;
}

function problemInMessages(messages: unknown): string | null {
  for (const [index, message] of (messages as unknown[]).entries()) {
    const at = `messages.${index}`;
    if (!isRecord(message)) return `${at}: Input should be a valid dictionary or object to extract fields from`;
    const extra = Object.keys(message).find((field) => field !== 'role' && field !== 'content');
    if (extra) return `${at}.${extra}: Extra inputs are not permitted`;
    const { role, content } = message;
    if (role !== 'user' && role !== 'assistant') return `${at}.role: Input should be 'user' or 'assistant'`;
    if (index === 0 && role !== 'user') return 'messages: first message must use the "user" role';
    if (content === undefined) return `${at}.content: Field required`;
    const isLast = index === (messages as unknown[]).length - 1;
    const isPrefill = isLast && role === 'assistant';
    const isEmpty = typeof content === 'string' ? content === '' : Array.isArray(content) && content.length === 0;
    if (isEmpty && !isPrefill)
      return `${at}: all messages must have non-empty content except for the optional final assistant message`;
    const problem = problemInContent(content, at, isPrefill);
    if (problem) return problem;
  }
  return null;
}

function problemInContent(content: unknown, at: string, isPrefill: boolean): string | null {
  if (typeof content === 'string') {
    if (isPrefill && content !== content.trimEnd())
      return 'messages: final assistant content cannot end with trailing whitespace';
    return isPrefill && content === '' ? null : problemInText(content, at);
  }
  if (!Array.isArray(content)) return `${at}.content: Input should be a valid list`;
  for (const [index, block] of content.entries()) {
    const where = `${at}.content.${index}`;
    if (!isRecord(block) || !blockTypes.has(String(block.type)))
      return `${where}.type: Input tag found does not match any of the expected tags`;
    const problem =
      block.type === 'text'
        ? problemInText(block.text, where)
        : block.type === 'image'
          ? problemInImage(block, where)
          : null;
    if (problem) return problem;
  }
  return null;
}

/** Bytes of one image with base64 around them, as the API takes it. */
const imageLengthMax = 5 * 1024 * 1024;
const imageTypes = new Set(['image/jpeg', 'image/png', 'image/gif', 'image/webp']);

function problemInImage({ source }: Block, at: string): string | null {
  if (!isRecord(source)) return `${at}.image.source: Field required`;
  if (source['type'] !== 'base64') return null;
  const { media_type: mediaType, data } = source;
  if (!imageTypes.has(String(mediaType)))
    return `${at}.image.source.base64.media_type: Input should be 'image/jpeg', 'image/png', 'image/gif' or 'image/webp'`;
  if (typeof data !== 'string' || data === '') return `${at}.image.source.base64.data: Field required`;
  if (data.length > imageLengthMax)
    return `${at}.image.source.base64: image exceeds 5 MB maximum: ${data.length} bytes > ${imageLengthMax} bytes`;
  return null;
}

function problemInPairs(messages: MessagesRequest['messages']): string | null {
  let open: unknown[] = [];
  for (const [index, message] of messages.entries()) {
    const blocks = blocksOf(message.content);
    const answered = blocks.filter((block) => block.type === 'tool_result').map((block) => block.tool_use_id);
    const unanswered = open.find((id) => !answered.includes(id));
    if (unanswered !== undefined) {
      return `messages.${index - 1}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${String(unanswered)}. Each \`tool_use\` block must have a corresponding \`tool_result\` block in the next message.`;
    }
    const stray = answered.find((id) => !open.includes(id));
    if (stray !== undefined) {
      return `messages.${index}: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${String(stray)}. Each \`tool_result\` block must have a corresponding \`tool_use\` block in the previous message.`;
    }
    open = blocks.filter((block) => block.type === 'tool_use').map((block) => block.id);
  }
  return null;
}

function problemInBreakpoints(body: Block): string | null {
  const marked =
    promptBlocks(body).filter((block) => isRecord(block.cache_control)).length + (isRecord(body.cache_control) ? 1 : 0);
  return marked > breakpointsMax
    ? `A maximum of ${breakpointsMax} blocks with cache_control may be provided. Found ${marked}.`
    : null;
}

/** Everything the model reads, in the order the prompt cache hashes it: tools, system, messages. */
export function promptBlocks(body: Block): Block[] {
  const system = typeof body.system === 'string' ? [{ type: 'text', text: body.system }] : blocksOf(body.system);
  const messages = blocksOf(body.messages).flatMap(({ role, content }) =>
    (typeof content === 'string' ? [{ type: 'text', text: content } as Block] : blocksOf(content)).map((block) => ({
      role,
      ...block,
    })),
  );
  return [...blocksOf(body.tools), ...system, ...messages];
}
