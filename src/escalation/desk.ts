import type { ThreadKey } from '#core/channel.ts';
import { ModelError } from '#core/errors.ts';
import type { Say } from '#core/sentences.ts';
import type { Outgoing } from '#core/turn.ts';
import { type CaseRow, openCase } from '#store/cases.ts';
import type { Store } from '#store/open.ts';
import { findOutbox } from '#store/outbox.ts';
import { findUndoable } from '#store/undo.ts';

import { type CaseAct, caseActions, howTo, type TalkRule } from './case-draft.ts';
import {
  type Change,
  customerKey,
  type DeskTurn,
  elsewhereKey,
  inNameOf,
  nothing,
  toCard,
  toCustomer,
  toThread,
  toTicket,
} from './desk-messages.ts';
import type { Incidents } from './incidents.ts';
import { findPromises, type SaidLine } from './promises.ts';
import type { QuietUntil } from './quiet-until.ts';
import type { AskRating } from './rating.ts';
import { type Act, type DeskEvent, toAct } from './read-act.ts';
import type { ShareFiles } from './share-files.ts';

export interface DeskParts {
  readonly store: Store;
  readonly say: Say;
  /** Whether what the holder of a case writes in its thread goes to the customer, or only what is said to be for them. */
  readonly talk: TalkRule;
  /** Milliseconds in which a reply can be taken back before it leaves. */
  readonly undoMs: number;
  readonly now: () => Date;
  /** Whether what was sent on this channel can still be changed. */
  readonly canEdit: (channel: string) => boolean;
  /** When the customer may be disturbed again; null where that is now. */
  readonly quietUntil: QuietUntil;
  /** What the assistant's latest answer leans on, in full. */
  readonly explain: (turn: Pick<DeskTurn, 'owner' | 'sealer'>) => Promise<string>;
  /** What was said in the conversation, as it was written, oldest first. */
  readonly said: (turn: DeskTurn) => Promise<readonly SaidLine[]>;
  readonly share: ShareFiles;
  readonly incidents: Incidents;
  readonly askRating: AskRating;
  /** Begins a ticket for the customer of a case; null where there is no ticket system. */
  readonly openTicket: ((turn: DeskTurn, found: CaseRow) => Promise<Outgoing>) | null;
  /** Who an agent is, told apart without being told. */
  readonly fingerprint: (agent: string) => string;
}

const toPromises = (said: readonly SaidLine[]): string => {
  const promises = findPromises(said);
  const lines = promises.map(({ speaker, text }) => `- ${speaker}: ${text}`);
  return lines.length === 0 ? 'Nothing that I can see was promised.' : `What was promised:\n\n${lines.join('\n')}`;
};

const whileClaimed: readonly CaseAct[] = ['reply', 'back', 'resolve', 'release'];
const whileWaiting: readonly CaseAct[] = ['claim', 'reply', 'resolve'];

/** What one thing an agent did in a case's thread changes: for the case, its card, the thread and the customer. */
export const createDesk = (parts: DeskParts) => {
  const { store, say, talk, undoMs, canEdit, fingerprint, quietUntil, explain, share } = parts;

  const tell = (turn: DeskTurn, found: CaseRow, outcome: string, text: string): Change => ({
    ...nothing,
    outcome,
    outgoing: [toThread(turn, found, text)],
  });

  const nameOfHolder = (turn: DeskTurn, found: CaseRow): string =>
    found.claimedName ? turn.sealer.open(found.claimedName, 'agent') : 'A colleague';

  const claim = (turn: DeskTurn, found: CaseRow, event: DeskEvent, takesOver = false): Change => {
    const agent = event.sender.displayName;
    const agentPrint = fingerprint(event.sender.id);
    if (found.claimedBy === agentPrint) return nothing;
    const isHeld = found.state === 'claimed';
    if (isHeld && !takesOver)
      return tell(
        turn,
        found,
        'desk_taken',
        `${nameOfHolder(turn, found)} has this case already, ${agent}. Type \`take over\` if it is to be yours.`,
      );
    const rule =
      talk === 'shared'
        ? `What you write here now goes to ${turn.customer}; begin with \`//\` to keep it here.`
        : `What you write here stays here. Type \`reply …\` or press Reply, and ${turn.customer} has it.`;
    const from = isHeld ? ` It was with ${nameOfHolder(turn, found)}.` : '';
    return {
      ...nothing,
      outcome: 'desk_claimed',
      claims: { agent: agentPrint, name: agent, takesOver },
      outgoing: [
        toCard(turn, found, `claimed by ${agent}`, whileClaimed),
        toThread(turn, found, `${agent} has this case.${from} ${rule}`),
        ...toCustomer(turn, { text: say(turn, 'joined', { agent }) }, 'joined'),
      ],
    };
  };

  const release = (turn: DeskTurn, found: CaseRow, event: DeskEvent): Change =>
    found.state !== 'claimed'
      ? tell(turn, found, 'desk_private', 'Nobody has this case, so it waits as it did.')
      : {
          ...nothing,
          outcome: 'desk_released',
          releases: true,
          outgoing: [
            toCard(turn, found, 'waiting', whileWaiting),
            toThread(turn, found, `${event.sender.displayName} put this case back. It waits for whoever claims it.`),
          ],
        };

  /** What leaves for the customer leaves after a while in which the agent can take it back. */
  const withUndo = (turn: DeskTurn, found: CaseRow, outgoing: readonly Outgoing[]): Outgoing[] => {
    if (undoMs === 0 || outgoing.length === 0) return [...outgoing];
    const notBefore = new Date(parts.now().getTime() + undoMs);
    const seconds = Math.round(undoMs / 1000);
    return [
      ...outgoing.map((one) => ({ ...one, notBefore })),
      toThread(
        turn,
        found,
        { text: `${turn.customer} has this in ${seconds} s.`, actions: caseActions(found.id, ['undo']) },
        'undo',
      ),
    ];
  };

  const reply = async (turn: DeskTurn, found: CaseRow, event: DeskEvent, text: string): Promise<Change> => {
    const taken = found.state === 'waiting' ? claim(turn, found, event) : nothing;
    const { files, missing } = await share(event.channel, event.attachments);
    const names = files.map(({ file }) => `[file: ${file.name}]`);
    const forCustomer = [
      ...(text === '' ? [] : toCustomer(turn, inNameOf(event, text))),
      ...files.flatMap(({ file }, index) =>
        toCustomer(turn, { ...inNameOf(event, ''), file }, `agent:file:${index + 1}`),
      ),
    ];
    const lacking = `${turn.customer} was not sent ${missing.join(', ')}: it could not be had, or is too large.`;
    return {
      ...taken,
      outcome: 'desk_replied',
      said: [{ speaker: 'agent', text: [text, ...names].filter(Boolean).join('\n') }],
      shares: files.map(({ kept }) => kept),
      outgoing: [
        ...taken.outgoing,
        // What was typed into a dialog is in no thread yet; colleagues read it there.
        ...(event.action === 'reply'
          ? [toThread(turn, found, `**${event.sender.displayName}** to ${turn.customer}:\n\n${text}`, 'sent')]
          : []),
        ...withUndo(turn, found, forCustomer),
        ...(missing.length === 0 ? [] : [toThread(turn, found, lacking, 'missing')]),
        // What was written in the ticket is there already; here it is not.
        ...(event.channel === found.ticketChannel
          ? [
              toThread(
                turn,
                found,
                `**${event.sender.displayName}** to ${turn.customer}, in the ticket:\n\n${text}`,
                'sent',
              ),
            ]
          : toTicket(turn, found, `**${event.sender.displayName}** to ${turn.customer}: ${text}`)),
      ],
    };
  };

  /** The newest reply is not sent, if it has not left yet. */
  const undo = async (turn: DeskTurn, found: CaseRow): Promise<Change> => {
    const undoes = await findUndoable(store, turn.owner);
    return undoes.length === 0
      ? tell(turn, found, 'desk_private', `There is nothing to take back: ${turn.customer} has what you wrote.`)
      : { ...tell(turn, found, 'desk_undone', `Taken back. ${turn.customer} is not sent it.`), undoes };
  };

  /** What the customer was sent reads as the agent has it now; where that cannot be, the agent is told. */
  const change = async (turn: DeskTurn, found: CaseRow, event: DeskEvent, changedTurn: string): Promise<Change> => {
    const key = customerKey(changedTurn);
    const rows = await Promise.all([key, elsewhereKey(key)].map((name) => findOutbox(store, turn.owner, name)));
    const sent = rows.filter((row) => row !== null);
    if (sent.length === 0) return nothing;
    const act = toAct(event);
    const words = act.kind === 'reply' || act.kind === 'talk' ? act.text : '';
    const outcome = 'desk_changed';
    if (words === '' || !sent.every(({ channel }) => canEdit(channel)))
      return tell(turn, found, outcome, `${turn.customer} has been sent what you wrote before, and still has it.`);
    return {
      ...nothing,
      outcome,
      said: [{ speaker: 'agent', text: words }],
      outgoing: sent.map((row) => ({
        key: row.key === key ? customerKey(turn.turnId) : elsewhereKey(customerKey(turn.turnId)),
        channel: row.channel,
        thread: turn.sealer.open(row.thread, 'thread') as ThreadKey,
        message: inNameOf(event, words),
        replaces: row.key,
      })),
    };
  };

  const back = (turn: DeskTurn, found: CaseRow, { sender }: DeskEvent): Change => ({
    ...nothing,
    outcome: 'desk_returned',
    closes: 'returned',
    outgoing: [
      toCard(turn, found, `handed back by ${sender.displayName}`, []),
      toThread(turn, found, 'Handed back. The assistant answers again.'),
      ...toTicket(turn, found, `Handed back to the assistant by ${sender.displayName}.`),
      ...toCustomer(turn, { text: say(turn, 'handedBack') }, 'closed'),
    ],
  });

  const resolve = async (turn: DeskTurn, found: CaseRow, { sender }: DeskEvent): Promise<Change> => {
    // Who was not helped by a person is not asked how that was.
    const asked = found.state === 'claimed' ? await parts.askRating(turn, found.id) : null;
    return {
      ...nothing,
      outcome: 'desk_resolved',
      closes: 'resolved',
      rates: asked && found.id,
      outgoing: [
        toCard(turn, found, `resolved by ${sender.displayName}`, []),
        toThread(turn, found, 'Resolved. The assistant answers again.'),
        ...toTicket(turn, found, `Resolved by ${sender.displayName}.`),
        ...toCustomer(turn, { text: say(turn, 'resolved') }, 'closed'),
        ...(asked ? [{ ...asked, key: customerKey(turn.turnId, 'rating') }] : []),
      ],
    };
  };

  /** For the agent alone: nothing of it leaves unless they send it. */
  const draft = async (turn: DeskTurn, found: CaseRow): Promise<Change> => {
    const suggestion = await turn.suggest().catch((error: unknown) => {
      if (error instanceof ModelError) return null;
      throw error;
    });
    if (!suggestion) return tell(turn, found, 'desk_private', 'There is no draft now: the model gave none.');
    const { text, citations } = suggestion;
    const message = { text: `**Draft, which nobody has been sent.** Send it with \`reply …\`:\n\n${text}`, citations };
    return { ...nothing, outcome: 'desk_drafted', outgoing: [toThread(turn, found, message, 'draft')] };
  };

  const ticket = async (turn: DeskTurn, found: CaseRow): Promise<Change> => {
    if (!parts.openTicket)
      return tell(turn, found, 'desk_private', 'No ticket system is set up: see desk.tickets in the settings.');
    if (found.ticketChannel !== null)
      return tell(turn, found, 'desk_private', `There is a ticket in ${found.ticketChannel} already.`);
    const opens = await parts.openTicket(turn, found);
    const told = tell(turn, found, 'desk_ticket', `A ticket is being opened in ${opens.channel}.`);
    return { ...told, tickets: opens.channel, outgoing: [...told.outgoing, opens] };
  };

  const remind = (turn: DeskTurn, found: CaseRow, { sender }: DeskEvent, afterMs: number): Change => {
    const at = new Date(parts.now().getTime() + afterMs);
    const reminder = toThread(
      turn,
      found,
      `${sender.displayName}, you asked to be reminded of this case now.`,
      'remind',
    );
    const when = at.toISOString().slice(0, 16).replace('T', ' ');
    const told = tell(turn, found, 'desk_private', `You are reminded here at ${when} UTC.`);
    return { ...told, outgoing: [...told.outgoing, { ...reminder, notBefore: at }] };
  };

  const talked = (turn: DeskTurn, found: CaseRow, event: DeskEvent, text: string): Change | Promise<Change> => {
    const holds = found.state === 'claimed' && found.claimedBy === fingerprint(event.sender.id);
    if (talk === 'shared' && holds) return reply(turn, found, event, text);
    if (talk === 'shared' && found.state === 'waiting')
      return tell(
        turn,
        found,
        'desk_private',
        'Nobody has claimed this case yet, so this stays here. Type `claim` to take it, or `reply …` to answer.',
      );
    return nothing;
  };

  /** What would disturb the customer now waits, and the agent is told until when. */
  const letSleep = async (turn: DeskTurn, found: CaseRow, changed: Change): Promise<Change> => {
    const isForCustomer = ({ channel, thread }: Outgoing) => channel === turn.channel && thread === turn.thread;
    const quiet = changed.outgoing.some(isForCustomer) ? await quietUntil(turn) : null;
    if (!quiet) return changed;
    const note = `It is ${quiet.now} where ${turn.customer} is: they are sent this at ${quiet.end}, or as soon as they write.`;
    return {
      ...changed,
      outgoing: [
        ...changed.outgoing.map((one) => (isForCustomer(one) ? { ...one, notBefore: quiet.until } : one)),
        toThread(turn, found, note, 'quiet'),
      ],
    };
  };

  const perform = async (turn: DeskTurn, found: CaseRow, event: DeskEvent, act: Act): Promise<Change> => {
    switch (act.kind) {
      case 'claim':
        return claim(turn, found, event);
      case 'take':
        return claim(turn, found, event, true);
      case 'release':
        return release(turn, found, event);
      case 'undo':
        return undo(turn, found);
      case 'ticket':
        return ticket(turn, found);
      case 'back':
        return back(turn, found, event);
      case 'resolve':
        return resolve(turn, found, event);
      case 'reply':
        return reply(turn, found, event, act.text);
      case 'remind':
        return remind(turn, found, event, act.afterMs);
      case 'why':
        return tell(turn, found, 'desk_explained', await explain(turn));
      case 'draft':
        return draft(turn, found);
      case 'promises':
        return tell(turn, found, 'desk_private', toPromises(await parts.said(turn)));
      case 'incident':
        return tell(
          turn,
          found,
          'desk_incident',
          act.text === null ? await parts.incidents.end() : await parts.incidents.open(act.text),
        );
      case 'help':
        return tell(turn, found, 'desk_private', howTo(talk));
      case 'private':
        return nothing;
      case 'talk':
        return talked(turn, found, event, act.text);
    }
  };

  /** What is public in a ticket was written for the customer. */
  const actOf = (found: CaseRow, event: DeskEvent): Act =>
    event.channel === found.ticketChannel && event.action === null ? { kind: 'reply', text: event.text } : toAct(event);

  return async (turn: DeskTurn, event: DeskEvent): Promise<Change> => {
    const found = await openCase(store, turn.owner.conversation);
    if (!found) return { ...nothing, outcome: 'desk_closed' };
    const { changedTurn } = event;
    const changed =
      changedTurn === null
        ? await perform(turn, found, event, actOf(found, event))
        : await change(turn, found, event, changedTurn);
    return letSleep(turn, found, changed);
  };
};
