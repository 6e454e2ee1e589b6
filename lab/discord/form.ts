/** A component as it travels; only what the lab reads is named. */
export interface Component {
  readonly type: number;
  readonly components?: readonly Component[];
  readonly component?: Component;
  readonly accessory?: Component;
  readonly custom_id?: string;
  readonly label?: string;
  readonly style?: number;
  readonly content?: string;
  readonly disabled?: boolean;
  readonly [field: string]: unknown;
}

export interface MessageForm {
  readonly content?: string | null;
  readonly embeds?: readonly Record<string, unknown>[];
  readonly components?: readonly Component[];
  readonly flags?: number;
  readonly nonce?: string | number;
  readonly enforce_nonce?: boolean;
  readonly allowed_mentions?: {
    readonly parse?: readonly string[];
    readonly users?: readonly string[];
    readonly replied_user?: boolean;
  };
  readonly message_reference?: { readonly message_id: string; readonly fail_if_not_exists?: boolean };
  readonly attachments?: readonly Record<string, unknown>[];
}

export interface ApiError {
  readonly status: number;
  readonly code: number;
  readonly message: string;
  readonly errors?: unknown;
}

export const componentType = { row: 1, button: 2, textInput: 4, text: 10 } as const;
export const flag = { suppressEmbeds: 4, hasThread: 32, ephemeral: 64, loading: 128, componentsV2: 32_768 } as const;

/** Every component, containers opened. */
export const flattenComponents = (components: readonly Component[] = []): Component[] =>
  components.flatMap((one) => [
    one,
    ...flattenComponents(one.components),
    ...(one.component ? flattenComponents([one.component]) : []),
    ...(one.accessory ? flattenComponents([one.accessory]) : []),
  ]);

/** 50035 with the tree of errors, for one field path such as `embeds.0.title`. */
export function invalidForm(path: string, code: string, message: string): ApiError {
  const leaf: unknown = { _errors: [{ code, message }] };
  const errors = path.split('.').reduceRight<unknown>((inner, key) => ({ [key]: inner }), leaf);
  return { status: 400, code: 50_035, message: 'Invalid Form Body', errors };
}

const tooLong = (path: string, max: number) =>
  invalidForm(path, 'BASE_TYPE_MAX_LENGTH', `Must be ${max} or fewer in length.`);
const lengthOf = (value: unknown): number => (typeof value === 'string' || Array.isArray(value) ? value.length : 0);

const embedMax = { title: 256, description: 4096, fields: 25 };

function problemInEmbeds(embeds: readonly Record<string, unknown>[]): ApiError | null {
  if (embeds.length > 10) return tooLong('embeds', 10);
  for (const [index, embed] of embeds.entries()) {
    for (const [field, max] of Object.entries(embedMax)) {
      if (lengthOf(embed[field]) > max) return tooLong(`embeds.${index}.${field}`, max);
    }
  }
  const chars = embeds.reduce((sum, embed) => sum + lengthOf(embed.title) + lengthOf(embed.description), 0);
  return chars > 6000
    ? invalidForm('embeds', 'MAX_EMBED_SIZE_EXCEEDED', 'Embed size exceeds maximum size of 6000')
    : null;
}

function problemInComponents(components: readonly Component[], isV2: boolean): ApiError | null {
  const all = flattenComponents(components);
  if (!isV2 && components.length > 5) return tooLong('components', 5);
  if (isV2 && all.length > 40) return tooLong('components', 40);
  for (const [index, row] of components.entries()) {
    if (!isV2 && row.type !== componentType.row)
      return invalidForm(`components.${index}.type`, 'BASE_TYPE_CHOICES', 'Value of field "type" must be one of (1,).');
    if (row.type !== componentType.row) continue;
    const { length } = row.components ?? [];
    if (length < 1 || length > 5)
      return invalidForm(
        `components.${index}.components`,
        'BASE_TYPE_BAD_LENGTH',
        'Must be between 1 and 5 in length.',
      );
  }
  const ids = all.flatMap((one) => one.custom_id ?? []);
  if (ids.some((id) => id.length > 100)) return tooLong('components.0.components.0.custom_id', 100);
  if (all.some((one) => one.type === componentType.button && lengthOf(one.label) > 80))
    return tooLong('components.0.components.0.label', 80);
  if (new Set(ids).size < ids.length) {
    return invalidForm(
      'components.0.components.0.custom_id',
      'COMPONENT_CUSTOM_ID_DUPLICATED',
      'Component custom id cannot be duplicated',
    );
  }
  return null;
}

/** What Discord refuses about a message, or null. `isEdit` allows fields to be left out. */
export function problemInForm(form: MessageForm, fileCount: number, isEdit: boolean): ApiError | null {
  const isV2 = ((form.flags ?? 0) & flag.componentsV2) !== 0;
  if (form.content && form.content.length > 2000) return tooLong('content', 2000);
  if (isV2 && form.content)
    return invalidForm(
      'content',
      'MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2',
      'The content field cannot be used with components V2',
    );
  if (lengthOf(form.nonce) > 25) return tooLong('nonce', 25);
  const problem = problemInEmbeds(form.embeds ?? []) ?? problemInComponents(form.components ?? [], isV2);
  if (problem) return problem;
  const isEmpty =
    !form.content?.trim() && !form.embeds?.length && fileCount === 0 && !(isV2 && form.components?.length);
  const isUntouched = isEdit && form.content === undefined && form.embeds === undefined;
  return isEmpty && !isUntouched && !(isEdit && form.components?.length)
    ? { status: 400, code: 50_006, message: 'Cannot send an empty message' }
    : null;
}
