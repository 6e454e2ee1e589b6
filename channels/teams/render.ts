import type { Action, Citation, OutboundMessage } from '#core/channel.ts';
import type { ConversationKind } from './keys.ts';
import { toTeamsMarkdown } from './markdown.ts';

export interface TeamsActivity {
  readonly type: 'message';
  readonly text?: string;
  readonly textFormat?: 'markdown';
  /** What a notification shows of a card. */
  readonly summary?: string;
  readonly entities?: readonly Record<string, unknown>[];
  readonly channelData?: Readonly<Record<string, unknown>>;
  readonly attachments?: readonly { readonly contentType: string; readonly content: Record<string, unknown> }[];
  readonly suggestedActions?: { readonly to: readonly string[]; readonly actions: readonly object[] };
}

/** Limits of the citation entity (Teams AI message format). */
const citationsMax = 20;
const nameLengthMax = 80;
const abstractLengthMax = 160;

/** An activity holds about 100 KB of UTF-16 with everything in it; clients show more than this badly, and a card not at all. */
const activityBytesMax = 40 * 1024;
const cardBytesMax = 28 * 1024;

/** A message may have one root entity, so label and citations share it; none where there is nothing to say. */
function toEntities({ by, citations = [] }: OutboundMessage): Pick<TeamsActivity, 'entities'> {
  if (by !== 'assistant' && citations.length === 0) return {};
  const root = {
    type: 'https://schema.org/Message',
    '@type': 'Message',
    '@context': 'https://schema.org',
    '@id': '',
    ...(by === 'assistant' ? { additionalType: ['AIGeneratedContent'] } : {}),
    ...(citations.length === 0 ? {} : { citation: citations.slice(0, citationsMax).map(toClaim) }),
  };
  return { entities: [root] };
}

const toClaim = ({ number, title, url }: Citation) => ({
  '@type': 'Claim',
  position: number,
  appearance: {
    '@type': 'DigitalDocument',
    name: title.slice(0, nameLengthMax),
    abstract: title.slice(0, abstractLengthMax),
    ...(url ? { url } : {}),
  },
});

const toLine = ({ number, title, url }: Citation): string => `[${number}] ${url ? `[${title}](${url})` : title}`;

const styles = { primary: 'positive', danger: 'destructive' } as const;

const toInput = ({ id, asks }: Action) => ({ type: 'Input.Text', id: `${id}:text`, label: asks, isMultiline: true });

/** `done` comes back with the press, and is what the card says from then on. */
const toButton = ({ id, label, style, asks }: Action, shown: string, done: string | null) => ({
  type: 'Action.Execute',
  id,
  title: label,
  verb: id,
  data: { shown, ...(done === null ? {} : { done }) },
  ...(style ? { style: styles[style] } : {}),
  // A button that asks for nothing sends no text typed for another one.
  associatedInputs: asks ? 'auto' : 'none',
});

const cardType = 'application/vnd.microsoft.card.adaptive';

function toCard(body: readonly object[], actions: readonly Action[], shown: string) {
  // What else a card says would be lost with its buttons; one that has nothing else is replaced by what was pressed.
  const doneOf = ({ label }: Action) => (body.length === 0 ? `✓ ${label}` : null);
  return {
    contentType: cardType,
    content: {
      type: 'AdaptiveCard',
      $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
      version: '1.5',
      body: [...body, ...actions.filter(({ asks }) => asks).map(toInput)],
      ...(actions.length > 0 ? { actions: actions.map((action) => toButton(action, shown, doneOf(action))) } : {}),
    },
  };
}

/** What the client shows whoever pressed a button, at once: the words of `done` for buttons, or "done" below a card that stays. */
export const toPressAnswer = (done: string | null) =>
  done === null
    ? { statusCode: 200, type: 'application/vnd.microsoft.activity.message', value: 'Done.' }
    : {
        statusCode: 200,
        type: cardType,
        // A run of text is no Markdown, whatever came back with the press.
        value: toCard([{ type: 'RichTextBlock', inlines: [{ type: 'TextRun', text: done }] }], [], '').content,
      };

/** The platform's own thumbs below a message. */
const toFeedbackLoop = ({ asksFeedback }: OutboundMessage): Pick<TeamsActivity, 'channelData'> =>
  asksFeedback ? { channelData: { feedbackLoop: { type: 'default' } } } : {};

/** Shown until one of them is pressed, which says it for the person; in a personal chat only. */
const toSuggestedActions = (
  { suggestions = [] }: OutboundMessage,
  kind: ConversationKind,
): Pick<TeamsActivity, 'suggestedActions'> =>
  suggestions.length === 0 || kind !== 'personal'
    ? {}
    : {
        suggestedActions: { to: [], actions: suggestions.map((value) => ({ type: 'imBack', title: value, value })) },
      };

/**
 * A plain answer is Markdown with its label and citations; a title or facts make it a card.
 * `shown` marks this showing of the buttons: the same button of a later showing is another press.
 */
export function toActivity(message: OutboundMessage, shown: string, kind: ConversationKind): TeamsActivity {
  const { text, title, facts = [], citations = [], actions = [] } = message;
  const besides = { ...toFeedbackLoop(message), ...toSuggestedActions(message, kind) };
  const markdown = [toTeamsMarkdown(text), ...citations.slice(citationsMax).map(toLine)].join('\n\n').trim();
  if (title === undefined && facts.length === 0) {
    return {
      type: 'message',
      text: markdown,
      textFormat: 'markdown',
      ...toEntities(message),
      ...besides,
      ...(actions.length > 0 ? { attachments: [toCard([], actions, shown)] } : {}),
    };
  }
  const body = [
    ...(title === undefined
      ? []
      : [
          {
            type: 'TextBlock',
            text: toTeamsMarkdown(title),
            weight: 'Bolder',
            size: 'Medium',
            wrap: true,
            style: 'heading',
          },
        ]),
    ...(text ? [{ type: 'TextBlock', text: toTeamsMarkdown(text), wrap: true }] : []),
    ...(facts.length > 0
      ? [{ type: 'FactSet', facts: facts.map(({ label, value }) => ({ title: label, value })) }]
      : []),
    ...citations.map((citation) => ({
      type: 'TextBlock',
      text: toLine(citation),
      wrap: true,
      isSubtle: true,
      size: 'Small',
    })),
  ];
  return {
    type: 'message',
    summary: title ?? text.slice(0, nameLengthMax),
    // Its sources are lines of the card.
    ...toEntities({ ...message, citations: [] }),
    ...besides,
    attachments: [toCard(body, actions, shown)],
  };
}

/** Whether Teams takes this message and shows it well. */
export function fitsActivity(message: OutboundMessage): boolean {
  const activity = toActivity(message, '', 'personal');
  const { length } = JSON.stringify(activity);
  return length * 2 <= activityBytesMax && JSON.stringify(activity.attachments ?? []).length * 2 <= cardBytesMax;
}
