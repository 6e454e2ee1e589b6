import { SlackRefusal, newSlackId, type Json } from './workspace.ts';

/** Block Kit limits (docs.slack.dev/reference/block-kit). Lengths in characters. */
const blocksMax = { message: 50, modal: 100 } as const;
const textLengthMax = {
  section: 3000,
  field: 2000,
  header: 150,
  button: 75,
  buttonValue: 2000,
  id: 255,
  markdown: 12_000,
} as const;
const elementsMax = { actions: 25, context: 10, fields: 10, contextActions: 5 } as const;

const blockTypes = new Set([
  'section',
  'markdown',
  'header',
  'context',
  'actions',
  'context_actions',
  'divider',
  'image',
  'input',
  'rich_text',
]);
const elementTypes = new Set([
  'button',
  'feedback_buttons',
  'icon_button',
  'static_select',
  'overflow',
  'plain_text_input',
  'checkboxes',
  'radio_buttons',
]);

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The objects of an array; anything else counts as none. */
export const objectsIn = (value: unknown): Json[] => (Array.isArray(value) ? value.filter(isObject) : []);

/** The string of a text object, or ''. */
export const textOf = (value: unknown): string =>
  isObject(value) && typeof value['text'] === 'string' ? value['text'] : '';

const checkText = (value: unknown, max: number, path: string, plainOnly = false): string[] => {
  if (!isObject(value)) return [`missing required field: text [json-pointer:${path}]`];
  const allowed = plainOnly ? ['plain_text'] : ['plain_text', 'mrkdwn'];
  if (!allowed.includes(String(value['type'])))
    return [`unsupported type: ${String(value['type'])} [json-pointer:${path}/type]`];
  const length = textOf(value).length;
  if (length === 0) return [`must be more than 0 characters [json-pointer:${path}/text]`];
  return length > max ? [`must be less than ${max + 1} characters [json-pointer:${path}/text]`] : [];
};

const checkElement = (element: Json, path: string): string[] => {
  const type = String(element['type']);
  if (!elementTypes.has(type)) return [`unsupported type: ${type} [json-pointer:${path}/type]`];
  const problems: string[] = [];
  if (String(element['action_id'] ?? '').length > textLengthMax.id)
    problems.push(`must be less than 256 characters [json-pointer:${path}/action_id]`);
  if (type !== 'button') return problems;
  if (String(element['value'] ?? '').length > textLengthMax.buttonValue)
    problems.push(`must be less than 2001 characters [json-pointer:${path}/value]`);
  if (element['style'] !== undefined && element['style'] !== 'primary' && element['style'] !== 'danger')
    problems.push(`unsupported style [json-pointer:${path}/style]`);
  return [...problems, ...checkText(element['text'], textLengthMax.button, `${path}/text`, true)];
};

const checkElements = (block: Json, max: number, path: string): string[] => {
  const elements = objectsIn(block['elements']);
  if (elements.length === 0) return [`no more than ${max} and at least 1 items [json-pointer:${path}/elements]`];
  if (elements.length > max) return [`no more than ${max} items allowed [json-pointer:${path}/elements]`];
  const ids = elements.map((element) => element['action_id']).filter((id) => id !== undefined);
  if (new Set(ids).size < ids.length)
    return [`\`action_id\` already exists in the block [json-pointer:${path}/elements]`];
  return elements.flatMap((element, index) => checkElement(element, `${path}/elements/${index}`));
};

const checkSection = (block: Json, path: string): string[] => {
  const fields = objectsIn(block['fields']);
  if (fields.length > elementsMax.fields)
    return [`no more than ${elementsMax.fields} items allowed [json-pointer:${path}/fields]`];
  return [
    ...(block['text'] === undefined && fields.length > 0
      ? []
      : checkText(block['text'], textLengthMax.section, `${path}/text`)),
    ...fields.flatMap((field, index) => checkText(field, textLengthMax.field, `${path}/fields/${index}`)),
    ...(isObject(block['accessory']) ? checkElement(block['accessory'], `${path}/accessory`) : []),
  ];
};

const checkBlock = (block: Json, path: string): string[] => {
  const type = String(block['type']);
  if (!blockTypes.has(type)) return [`unsupported type: ${type} [json-pointer:${path}/type]`];
  if (String(block['block_id'] ?? '').length > textLengthMax.id)
    return [`must be less than 256 characters [json-pointer:${path}/block_id]`];
  if (type === 'section') return checkSection(block, path);
  if (type === 'header') return checkText(block['text'], textLengthMax.header, `${path}/text`, true);
  if (type === 'actions') return checkElements(block, elementsMax.actions, path);
  if (type === 'context_actions') return checkElements(block, elementsMax.contextActions, path);
  if (type === 'context')
    return objectsIn(block['elements']).length > elementsMax.context
      ? [`no more than 10 items allowed [json-pointer:${path}/elements]`]
      : [];
  if (type === 'markdown')
    return typeof block['text'] === 'string' && block['text'] !== ''
      ? []
      : [`missing required field: text [json-pointer:${path}]`];
  if (type === 'input')
    return isObject(block['element'])
      ? checkElement(block['element'], `${path}/element`)
      : [`missing required field: element [json-pointer:${path}]`];
  return [];
};

/**
 * Checks blocks as the platform does and fills in the `block_id`s it would assign.
 * Throws `invalid_blocks_format`, `invalid_blocks` (with one line per problem) or `msg_too_long`.
 */
export const acceptBlocks = (value: unknown, surface: 'message' | 'modal'): Json[] => {
  if (!Array.isArray(value) || !value.every(isObject)) throw new SlackRefusal('invalid_blocks_format');
  const refuse = (messages: string[]) =>
    new SlackRefusal('invalid_blocks', {
      errors: messages,
      response_metadata: { messages: messages.map((line) => `[ERROR] ${line}`) },
    });
  if (value.length > blocksMax[surface])
    throw refuse([`no more than ${blocksMax[surface]} items allowed [json-pointer:/blocks]`]);
  const problems = value.flatMap((block, index) => checkBlock(block, `/blocks/${index}`));
  const ids = value.map((block) => block['block_id']).filter((id) => id !== undefined);
  if (new Set(ids).size < ids.length) problems.push('`block_id` already exists [json-pointer:/blocks]');
  if (problems.length > 0) throw refuse(problems);
  const markdownLength = value.reduce(
    (sum, block) => sum + (block['type'] === 'markdown' ? String(block['text']).length : 0),
    0,
  );
  if (markdownLength > textLengthMax.markdown) throw new SlackRefusal('msg_too_long');
  return value.map((block) => ({ ...block, block_id: block['block_id'] ?? newSlackId('').slice(0, 5) }));
};
