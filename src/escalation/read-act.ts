import type { Attachment } from '#core/channel.ts';

import { type CaseAct, isCaseAct } from './case-draft.ts';

/** What an agent did in the thread of a case: wrote, or pressed a button. */
export interface DeskEvent {
  readonly position: number;
  readonly sender: { readonly id: string; readonly displayName: string };
  readonly text: string;
  readonly action: string | null;
  /** Where its files are, and what they are: `text` names them in its last lines. */
  readonly channel: string;
  readonly attachments: readonly Attachment[];
  /** The turn of what the agent said before and has changed now, or taken back where the text is empty. */
  readonly changedTurn: string | null;
}

export type Act =
  | { readonly kind: Exclude<CaseAct, 'reply'> | 'why' | 'draft' | 'promises' | 'take' | 'help' | 'private' }
  /** Words for the customer; or talk, which is for them only where the desk is run so. */
  | { readonly kind: 'reply' | 'talk'; readonly text: string }
  | { readonly kind: 'remind'; readonly afterMs: number }
  | { readonly kind: 'incident'; readonly text: string | null };

type Plain = Exclude<Act['kind'], 'reply' | 'talk' | 'remind' | 'incident'>;

const commands: readonly { readonly pattern: RegExp; readonly kind: Plain }[] = [
  { pattern: /^[/!]?claim[.!]?$/i, kind: 'claim' },
  { pattern: /^[/!]?take over[.!]?$/i, kind: 'take' },
  { pattern: /^[/!]?release[.!]?$/i, kind: 'release' },
  { pattern: /^[/!]?undo[.!]?$/i, kind: 'undo' },
  { pattern: /^[/!]?(?:open (?:a )?)?ticket[.!]?$/i, kind: 'ticket' },
  { pattern: /^[/!]?(hand ?)?back[.!]?$/i, kind: 'back' },
  { pattern: /^[/!]?resolved?[.!]?$/i, kind: 'resolve' },
  // Only with its mark: "Why?" and "Help" are what an agent may say to the customer.
  { pattern: /^[/!]why[?]?$/i, kind: 'why' },
  { pattern: /^[/!]draft$/i, kind: 'draft' },
  { pattern: /^[/!]promis(?:es|ed)[?]?$/i, kind: 'promises' },
  { pattern: /^[/!]help$/i, kind: 'help' },
];

const unitMs: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };
const reminder = /^[/!]?(?:snooze|remind(?: me)?(?: in)?) (\d{1,3}) ?(m|h|d)(?:in|ins|inutes?|ours?|ays?)?[.!]?$/i;
const incident = /^[/!]incident[:\s]+([\s\S]+)$/i;
const over = /^(?:over|ended|resolved|fixed|done)[.!]?$/i;

/** What may leave the desk: lines that begin with `//` stay. */
const sharedWords = (text: string): string =>
  text
    .split('\n')
    .filter((line) => !/^\s*\/\//.test(line))
    .join('\n')
    .trim();

const toWords = (kind: 'reply' | 'talk', text: string, hasFiles = false): Act => {
  const shared = sharedWords(text);
  return shared === '' && !hasFiles ? { kind: 'private' } : { kind, text: shared };
};

/** What was written beside the files: a message that is stored names them in its last lines. */
const wordsBeside = ({ text, attachments }: Pick<DeskEvent, 'text' | 'attachments'>): string =>
  attachments.length === 0 ? text : text.split('\n').slice(0, -attachments.length).join('\n').trim();

/** What an agent meant by a press or by words in the case's thread. */
export const toAct = (event: Pick<DeskEvent, 'text' | 'action' | 'attachments'>): Act => {
  const words = wordsBeside(event);
  const hasFiles = event.attachments.length > 0;
  if (event.action === 'reply') return toWords('reply', event.text);
  if (event.action !== null && isCaseAct(event.action)) return { kind: event.action as Exclude<CaseAct, 'reply'> };
  // A message that begins as private is private as a whole: its writer meant nobody outside.
  if (/^\s*(\/\/|!note\b)/i.test(words)) return { kind: 'private' };
  const text = sharedWords(words);
  const command = commands.find((one) => one.pattern.test(text));
  if (command) return { kind: command.kind };
  const [, count, unit = ''] = reminder.exec(text) ?? [];
  if (count) return { kind: 'remind', afterMs: Number(count) * (unitMs[unit.toLowerCase()] ?? 0) };
  const [, news] = incident.exec(text) ?? [];
  if (news) return { kind: 'incident', text: over.test(news) ? null : news.trim() };
  const [, reply] = /^[/!]?reply[:\s]+([\s\S]+)$/i.exec(text) ?? [];
  return reply ? toWords('reply', reply, hasFiles) : toWords('talk', text, hasFiles);
};
