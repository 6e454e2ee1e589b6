import type { Receipt, ReceiptPassage } from '#core/receipt.ts';
import type { Sealer } from '#core/sealed.ts';
import type { Say } from '#core/sentences.ts';
import type { ConversationRef } from '#core/turn.ts';
import type { Store } from '#store/open.ts';
import { findReceipt, type ReceiptRow } from '#store/receipts.ts';

export interface ExplainParts {
  readonly store: Store;
  readonly say: Say;
}

interface Asking {
  readonly owner: ConversationRef;
  readonly sealer: Sealer;
  readonly language: string;
  readonly channel: string;
}

/** Titles are whatever a document says: none may become a link or a heading of ours. */
const plain = (text: string): string => text.replaceAll(/[\s[\]()<>*_`#|\\]+/g, ' ').trim();

const nameOf = ({ title, heading }: ReceiptPassage): string =>
  plain(title) + (heading === '' ? '' : ` › ${plain(heading.replaceAll(' > ', ' › '))}`);

/** Numbers in angle brackets of their own: a citation mark would be taken for one of this message. */
const toLine = (passage: ReceiptPassage): string =>
  passage.url === undefined ? nameOf(passage) : `[${nameOf(passage)}](${passage.url})`;

const toList = (passages: readonly ReceiptPassage[]): string =>
  [...new Set(passages.map(toLine))].map((line) => `- ${line}`).join('\n');

const toCounts = (counts: Receipt['kept']): string =>
  Object.entries(counts)
    .map(([kind, count]) => `${kind} ${count}`)
    .join(', ');

const sum = (counts: Receipt['kept']): number => Object.values(counts).reduce((all, one) => all + one, 0);

/** Tells what an answer leans on: in short for who asked, in full for who works on the case. */
export const createExplain = ({ store, say }: ExplainParts) => {
  const read = async (asking: Pick<Asking, 'owner' | 'sealer'>, turn: string | null) => {
    const row = await findReceipt(store, asking.owner, turn);
    return row && { row, receipt: JSON.parse(asking.sealer.open(row.receipt, 'receipt')) as Receipt };
  };

  const toShort = (to: Asking, { passages, kept, takenOut }: Receipt, rules: readonly string[]): string => {
    const cited = passages.filter(({ isCited }) => isCited);
    const others = passages.filter(({ isCited }) => !isCited);
    const paragraphs = [
      cited.length > 0 ? `${say(to, 'whyFrom')}\n\n${toList(cited)}` : say(to, 'whyNothing'),
      ...(others.length > 0 ? [`${say(to, 'whyRead')}\n\n${toList(others)}`] : []),
      ...(sum(kept) > 0 ? [say(to, 'whyKept', { count: String(sum(kept)) })] : []),
      ...(sum(takenOut) > 0 || rules.some((rule) => rule.endsWith(' replace')) ? [say(to, 'whyChecked')] : []),
    ];
    return paragraphs.join('\n\n');
  };

  const toFull = ({ turn, model, inputTokens, outputTokens, startedAt, rules }: ReceiptRow, receipt: Receipt): string =>
    [
      `Why the assistant answered so at ${startedAt.toISOString().slice(0, 16).replace('T', ' ')} UTC (turn \`${turn}\`, ${model ?? 'no model'}, ${inputTokens} tokens in, ${outputTokens} out):`,
      `Looked up: ${plain(receipt.asked)}`,
      receipt.passages.length === 0
        ? 'No passage was found.'
        : receipt.passages
            .map(
              (one) =>
                `- ${one.isCited ? '**cited**' : 'not cited'}, ${one.number}: ${toLine(one)} (\`${one.id.replaceAll('`', '')}\`, score ${one.score.toFixed(3)})`,
            )
            .join('\n'),
      `Kept from the model: ${toCounts(receipt.kept) || 'nothing'}. Taken out of the answer: ${toCounts(receipt.takenOut) || 'nothing'}.`,
      `Rules that fired: ${rules.map((rule) => `\`${rule}\``).join(', ') || 'none'}.`,
    ].join('\n\n');

  return {
    /** For the person, in their language. `turn` is that of the answer they mean; null for the latest. */
    toPerson: async (asking: Asking, turn: string | null): Promise<string> => {
      const found = await read(asking, turn);
      return found ? toShort(asking, found.receipt, found.row.rules) : say(asking, 'whyNone');
    },
    /** For an agent: of the latest answer. */
    toAgent: async (asking: Pick<Asking, 'owner' | 'sealer'>): Promise<string> => {
      const found = await read(asking, null);
      return found ? toFull(found.row, found.receipt) : 'The assistant has not answered anything in this conversation.';
    },
  };
};

export type Explain = ReturnType<typeof createExplain>;
