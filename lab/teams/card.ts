import type { PaneAction } from '#lab/pane.ts';

type Element = Readonly<Record<string, unknown>>;

export interface CardAction extends PaneAction {
  readonly type: string;
  readonly verb: string | undefined;
  readonly data: unknown;
  /** The id of the input that takes the typed text, when the action asks for one. */
  readonly input: string | undefined;
  /** What the other inputs hold now, by id. */
  readonly inputs: Readonly<Record<string, string>>;
}

export interface CardView {
  readonly title: string | undefined;
  readonly text: string;
  readonly facts: readonly { readonly label: string; readonly value: string }[];
  readonly actions: readonly CardAction[];
}

export const cardContentType = 'application/vnd.microsoft.card.adaptive';

const isElement = (value: unknown): value is Element => typeof value === 'object' && value !== null;
const listOf = (value: unknown): Element[] => (Array.isArray(value) ? value.filter(isElement) : []);
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Every element in reading order, containers opened. */
function flatten(elements: readonly Element[]): Element[] {
  return elements.flatMap((element) => {
    const inner = ['items', 'columns', 'rows', 'cells'].flatMap((field) => listOf(element[field]));
    return [element, ...flatten(inner)];
  });
}

const actionsOf = (card: Element, elements: readonly Element[]): Element[] => [
  ...elements.filter((element) => element.type === 'ActionSet').flatMap((set) => listOf(set.actions)),
  ...listOf(card.actions),
];

function toActions(card: Element, inherited: readonly Element[] = []): CardAction[] {
  const elements = flatten(listOf(card.body));
  const inputs = [...inherited, ...elements].filter((element) => textOf(element.type).startsWith('Input.'));
  return actionsOf(card, elements).flatMap((action) => {
    if (action.type === 'Action.ShowCard') return isElement(action.card) ? toActions(action.card, inputs) : [];
    if (action.type !== 'Action.Execute' && action.type !== 'Action.Submit') return [];
    const verb = typeof action.verb === 'string' ? action.verb : undefined;
    const data = action.data;
    const name = verb ?? textOf(isElement(data) ? data.verb : '');
    const own = elements.filter((element) => element.type === 'Input.Text');
    const asked =
      inputs.find((input) => input.id === `${name}:text`) ??
      (inherited.length > 0 && own.length === 1 ? own[0] : undefined);
    return [
      {
        id: textOf(action.id) || name || textOf(action.title),
        label: textOf(action.title),
        style: action.style === 'destructive' ? 'danger' : action.style === 'positive' ? 'primary' : 'plain',
        ...(asked ? { asks: textOf(asked.label) || textOf(asked.placeholder) || textOf(action.title) } : {}),
        type: action.type,
        verb,
        data,
        input: asked ? textOf(asked.id) : undefined,
        inputs: Object.fromEntries(
          inputs.filter((input) => textOf(input.value)).map((input) => [textOf(input.id), textOf(input.value)]),
        ),
      },
    ];
  });
}

/** What a person sees of an adaptive card: the first emphasised text block is the title. */
export function viewCard(card: unknown): CardView {
  if (!isElement(card)) return { title: undefined, text: '', facts: [], actions: [] };
  const elements = flatten(listOf(card.body)).filter((element) => element.isVisible !== false);
  const blocks = elements.filter((element) => element.type === 'TextBlock' || element.type === 'RichTextBlock');
  const heading = blocks.find(
    (block) =>
      block.style === 'heading' ||
      block.weight === 'Bolder' ||
      ['Large', 'ExtraLarge', 'Medium'].includes(textOf(block.size)),
  );
  const words = (block: Element) =>
    block.type === 'TextBlock'
      ? textOf(block.text)
      : listOf(block.inlines)
          .map((inline) => textOf(inline.text))
          .join('');
  return {
    title: heading ? words(heading) : undefined,
    text: blocks
      .filter((block) => block !== heading)
      .map(words)
      .join('\n'),
    facts: elements
      .filter((element) => element.type === 'FactSet')
      .flatMap((set) => listOf(set.facts))
      .map((fact) => ({ label: textOf(fact.title), value: textOf(fact.value) })),
    actions: toActions(card),
  };
}

/** What the connector refuses about a card, or null. */
export function problemInCard(card: unknown): string | null {
  if (!isElement(card) || card.type !== 'AdaptiveCard') return "Adaptive card content must have type 'AdaptiveCard'";
  if (!/^1\.\d+$/.test(textOf(card.version))) return "Adaptive card 'version' is missing or not supported";
  const executes = toActions(card).some((action) => action.type === 'Action.Execute');
  return executes && Number(textOf(card.version).slice(2)) < 4
    ? 'Action.Execute requires adaptive card version 1.4'
    : null;
}
