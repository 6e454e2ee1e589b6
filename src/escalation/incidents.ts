import type { Clock } from '#core/clock.ts';
import type { Sealer } from '#core/sealed.ts';
import type { ConversationRef } from '#core/turn.ts';
import { endIncidents, hearIncident, type IncidentRow, openIncident, openIncidents } from '#store/incidents.ts';
import type { Store, Transaction } from '#store/open.ts';

export interface IncidentsParts {
  readonly store: Store;
  /** Of what belongs to no conversation. */
  readonly sealer: Sealer;
  /** The words of a text that tell what it is about, as they are looked for. */
  readonly terms: (text: string) => readonly string[];
  /** Tells the person of a conversation, as an event of their own, that it is over. */
  readonly tellOver: (
    transaction: Transaction,
    owner: ConversationRef,
    wrappedKey: Buffer,
    about: { readonly id: string; readonly text: string },
  ) => Promise<void>;
  readonly clock: Clock;
}

export interface Incidents {
  /** From now on whoever asks about it is told so. What the agent is told. */
  open(text: string): Promise<string>;
  /** Nothing is known to be wrong any more, and everybody who was told hears it. What the agent is told. */
  end(): Promise<string>;
  /** What this person is told, once, where their question is about something that is known to be wrong. */
  find(owner: ConversationRef, question: string): Promise<string | null>;
}

const purpose = 'incident';
/** Milliseconds until one that another process was told of is known here: it saves a look at the database in every turn. */
const knownMs = 2000;
/** What is said of anything that is wrong, and so says nothing of what it is. */
const stateWords =
  'down out offline outage broken slow issue issues problem problems error errors fail fails failing failed failure unavailable working not incident known update next still currently';

/** "payments down, next update 15:00 | card, checkout": what people read, and further words that they ask with. */
const read = (text: string): { readonly told: string; readonly words: string } => {
  const [told = '', more = ''] = text.split('|').map((part) => part.trim());
  const [subject = ''] = told.split(/[,.;:–—(]/);
  return { told, words: `${subject} ${more}` };
};

/** Problems that many ask about at once: one agent tells of it, and everybody who asks hears it, on every channel. */
export const createIncidents = ({ store, sealer, terms, tellOver, clock }: IncidentsParts): Incidents => {
  const dull = new Set(terms(stateWords));
  const keysOf = (words: string): readonly string[] => [...new Set(terms(words))].filter((term) => !dull.has(term));
  const list = (keys: readonly string[]): string => keys.map((key) => `“${key}”`).join(', ');

  let known: { readonly at: number; readonly rows: readonly IncidentRow[] } | null = null;
  const lookUp = async (): Promise<readonly IncidentRow[]> => {
    const now = clock.now().getTime();
    if (!known || now - known.at > knownMs) known = { at: now, rows: await openIncidents(store) };
    return known.rows;
  };

  return {
    open: async (text) => {
      const { told, words } = read(text);
      const keys = keysOf(words);
      if (keys.length === 0)
        return 'Please say what is wrong, and what people ask about: `!incident Payments are down, next update 15:00 | card, checkout`';
      await openIncident(store, sealer.seal(text, purpose));
      known = null;
      return `From now on whoever asks about ${list(keys)} is told once: “${told}”. Type \`!incident over\` when it is, and all of them hear it.`;
    },
    end: async () => {
      if ((await openIncidents(store)).length === 0) return 'There is no incident that goes on.';
      known = null;
      const heard = await store.transaction(async (transaction) => {
        const ended = await endIncidents(transaction);
        for (const { id, body, wrappedKey, ...owner } of ended)
          await tellOver(transaction, owner, wrappedKey, { id, text: read(sealer.open(body, purpose)).told });
        return ended;
      });
      return `It is over. ${heard.length === 0 ? 'Nobody had asked about it.' : `${heard.length} who had asked about it are told.`}`;
    },
    find: async (owner, question) => {
      const rows = await lookUp();
      if (rows.length === 0) return null;
      const asked = new Set(terms(question));
      for (const { id, body } of rows) {
        const { told, words } = read(sealer.open(body, purpose));
        if (!keysOf(words).some((key) => asked.has(key))) continue;
        if (await hearIncident(store, id, owner)) return told;
      }
      return null;
    },
  };
};
