/** Default keywords (twilio.com/docs/messaging/tutorials/advanced-opt-out): one word alone, any case. */
const stopWords = new Set(['STOP', 'STOPALL', 'UNSUBSCRIBE', 'CANCEL', 'END', 'QUIT', 'REVOKE', 'OPTOUT']);
const startWords = new Set(['START', 'UNSTOP', 'YES']);
const helpWords = new Set(['HELP', 'INFO']);

const stopReply =
  'You have successfully been unsubscribed. You will not receive any more messages from this number. Reply START to resubscribe.';
const startReply =
  'You have successfully been re-subscribed to messages from this number. Reply HELP for help. Reply STOP to unsubscribe. Msg&Data Rates May Apply.';
const helpReply = 'Reply STOP to unsubscribe. Msg&Data Rates May Apply.';

export interface OptOuts {
  has(number: string): boolean;
  /** Somebody asked for it elsewhere: by a call to the carrier, or before our time. */
  add(number: string): void;
  /** Notes what the person wrote; returns the platform's own answer, or null when it gives none. */
  hear(number: string, text: string): string | null;
  all(): string[];
}

/** Who asked not to be texted by our number. The platform keeps this list and answers by itself. */
export const createOptOuts = (): OptOuts => {
  const numbers = new Set<string>();
  return {
    has: (number) => numbers.has(number),
    add: (number) => void numbers.add(number),
    all: () => [...numbers],
    hear(number, text) {
      const word = text.trim().toUpperCase();
      if (stopWords.has(word)) {
        const isNew = !numbers.has(number);
        numbers.add(number);
        return isNew ? stopReply : null;
      }
      // "YES" to a question is an opt-in only for somebody who had opted out.
      if (startWords.has(word)) return numbers.delete(number) ? startReply : null;
      return helpWords.has(word) && !numbers.has(number) ? helpReply : null;
    },
  };
};
