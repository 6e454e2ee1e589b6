import type { ModelMessage, Quoted, QuotedPassage } from '#core/model.ts';
import type { GuardedFile, GuardedText, RecalledMessage } from '#core/turn.ts';

const keys = new WeakMap<QuotedPassage, string>();

/** Passages are told apart by their words too: a page that says something else now is another one. Made once: it is asked for often. */
const keyOf = (passage: QuotedPassage): string => {
  const known = keys.get(passage);
  if (known !== undefined) return known;
  const key = `${passage.id}\n${passage.text}`;
  keys.set(passage, key);
  return key;
};

/** One passage between marks nobody can guess, so that nothing inside can pretend to end it. */
const quote = ({ title, heading, text }: QuotedPassage, number: number, mark: string): string =>
  `<passage number="${number}" mark="${mark}">\n${title}${heading ? ` > ${heading}` : ''}\n\n${text.replaceAll(mark, '')}\n</passage mark="${mark}">`;

const openings = /["<>\r\n]/g;

/** Each file like a passage: data, between marks nobody can guess. */
const quoteFiles = (files: readonly GuardedFile[], mark: string): string =>
  files
    .map(
      ({ name, text }) =>
        `<file name="${name.replaceAll(openings, ' ')}" mark="${mark}">\n${text.replaceAll(mark, '')}\n</file mark="${mark}">\n\n`,
    )
    .join('');

/** Numbers passages over a conversation: one that stands further up keeps its number there and is not quoted again. */
const createNumbering = () => {
  const numbers = new Map<string, number>();
  const numberOf = (passage: QuotedPassage): number => numbers.get(keyOf(passage)) ?? 0;
  return {
    numberOf,
    /** A question with the passages it is to be answered from. */
    ask: ({ mark, passages }: Quoted, text: string): string => {
      const isNew = passages.map((passage) => !numbers.has(keyOf(passage)));
      for (const passage of passages) if (!numbers.has(keyOf(passage))) numbers.set(keyOf(passage), numbers.size + 1);
      const quotes = passages.flatMap((passage, index) =>
        isNew[index] ? [`${quote(passage, numberOf(passage), mark)}\n\n`] : [],
      );
      const above = passages.flatMap((passage, index) => (isNew[index] ? [] : [numberOf(passage)]));
      const further =
        above.length === 0 ? '' : `Passages further up that may answer this, too: ${above.join(', ')}.\n\n`;
      const head = passages.length === 0 ? 'No passage was found.\n\n' : quotes.length === 0 ? '' : 'Passages:\n\n';
      return `${head}${quotes.join('')}${further}${text}`;
    },
  };
};

/** The citations of an answer by the numbers that its passages bear in the messages. */
const renumber = (text: string, numbers: readonly number[]): string =>
  text.replaceAll(/\[(\d{1,3})\](?!\()/g, (whole, place: string) => {
    const number = numbers[Number(place) - 1];
    return number === undefined ? whole : `[${number}]`;
  });

/** Messages must begin with the person and take turns: neighbours of one role are joined. */
const takeTurns = (messages: readonly ModelMessage[]): ModelMessage[] => {
  const turns: ModelMessage[] = [];
  for (const message of messages) {
    const last = turns.at(-1);
    if (last?.role === message.role)
      turns[turns.length - 1] = { role: last.role, text: `${last.text}\n\n${message.text}` as GuardedText };
    else if (last || message.role === 'user') turns.push(message);
  }
  return turns;
};

const writes = (text: string): string => `The person writes:\n${text}`;

export interface Asking {
  readonly notes: string | null;
  readonly recent: readonly RecalledMessage[];
  readonly quoted: Quoted;
  readonly files: readonly GuardedFile[];
  readonly question: GuardedText;
  /** What is wanted of this answer besides. */
  readonly wish: string | null;
}

/**
 * The conversation as a model is told of it: notes, what was said with what it was answered from, and the question. The same
 * conversation is the same bytes in each of its turns but for what comes last, so that a provider finds it in its cache.
 */
export const toMessages = ({
  notes,
  recent,
  quoted,
  files,
  question,
  wish,
}: Asking): { readonly messages: ModelMessage[]; readonly numbers: number[] } => {
  const numbering = createNumbering();
  let answering: readonly number[] = [];
  const said = recent.map((message): ModelMessage => {
    if (message.role === 'assistant')
      return { role: 'assistant', text: renumber(message.text, answering) as GuardedText };
    if (!message.quoted) return { role: 'user', text: message.text };
    const text = numbering.ask(message.quoted, writes(message.text));
    answering = message.quoted.passages.map(numbering.numberOf);
    return { role: 'user', text: text as GuardedText };
  });
  const sent = files.length === 0 ? '' : `Files of the person:\n\n${quoteFiles(files, quoted.mark)}`;
  const asked = numbering.ask(quoted, `${sent}${wish === null ? '' : `${wish}\n\n`}${writes(question)}`);
  const told = notes === null ? [] : [{ role: 'user' as const, text: `Notes on the conversation so far:\n${notes}` }];
  return {
    messages: takeTurns([...told, ...said, { role: 'user', text: asked }] as ModelMessage[]),
    numbers: quoted.passages.map(numbering.numberOf),
  };
};
