import { randomInt } from 'node:crypto';

import type { Sender } from '#core/channel.ts';
import type { Vault } from '#core/sealed.ts';
import type { Say } from '#core/sentences.ts';
import { Halt } from '#core/stage.ts';
import type { Opened } from '#core/turn.ts';
import { type BucketLimit, takeTokens } from '#store/buckets.ts';
import { continueAt, type LinkedPlace, linkedPlaces, offerLink, proveLink, undoLinks } from '#store/links.ts';
import type { Store } from '#store/open.ts';

import { codeLetters, type TypedCommand } from './typed-command.ts';

export interface LinkingParts {
  readonly store: Store;
  readonly vault: Vault;
  readonly say: Say;
  readonly codeValidMs: number;
  /** Codes that may be asked for or tried. */
  readonly tries: { readonly perPerson: BucketLimit; readonly perOrganization: BucketLimit };
  /** Tells the other place with whom it is linked now. */
  readonly tell: (place: LinkedPlace, by: Opened) => Promise<void>;
}

const codeLength = 8;

/** As it is shown; read back without the hyphen. */
const makeCode = (): string =>
  Array.from({ length: codeLength }, (_, index) => {
    const letter = codeLetters[randomInt(codeLetters.length)] ?? '';
    return index === codeLength / 2 ? `-${letter}` : letter;
  }).join('');

/**
 * One person on two channels, by a code that is given on the one and brought to the other. Nothing of one conversation is shown in
 * the other by that alone; while a case is open, the person may have it continued there.
 */
export const createLinking = ({ store, vault, say, codeValidMs, tries, tell }: LinkingParts) => {
  const fingerprint = (code: string): string => vault.index('link', code);

  const offer = async (turn: Opened): Promise<Halt> => {
    const code = makeCode();
    await offerLink(store, turn.owner, { codeIndex: fingerprint(code.replace('-', '')), validMs: codeValidMs });
    const minutes = String(Math.round(codeValidMs / 60_000));
    return new Halt('link_offered', { tell: say(turn, 'linkCode', { code, minutes }) });
  };

  const prove = async (turn: Opened, code: string): Promise<Halt> => {
    const place = await store.transaction((transaction) => proveLink(transaction, turn.owner, fingerprint(code)));
    if (!place) return new Halt('link_refused', { tell: say(turn, 'linkRefused') });
    await tell(place, turn);
    const other = JSON.parse(vault.unwrap(place.wrappedKey).open(place.profile, 'profile')) as Sender;
    return new Halt('linked', { tell: say(turn, 'linked', { channel: place.channel, name: other.displayName }) });
  };

  const undo = async (turn: Opened): Promise<Halt> => {
    const isUndone = await store.transaction((transaction) => undoLinks(transaction, turn.owner));
    return new Halt('unlinked', { tell: say(turn, isUndone ? 'unlinked' : 'notLinked') });
  };

  const goOn = async (turn: Opened, channel: string | null): Promise<Halt> => {
    const places = await linkedPlaces(store, turn.owner);
    const place = channel === null ? places[0] : places.find((one) => one.channel === channel);
    if (!place) return new Halt('not_linked', { tell: say(turn, 'notLinked') });
    await continueAt(store, turn.owner.conversation, place);
    return new Halt('continued', { tell: say(turn, 'continued', { channel: place.channel }) });
  };

  /** Null where the words are no command here: they are answered like any others. */
  return async (turn: Opened, command: Exclude<TypedCommand, { kind: 'why' }>): Promise<Halt | null> => {
    if (command.kind === 'continue') return turn.known.hasCase ? goOn(turn, command.channel) : null;
    // Whoever reads a code can use it.
    if (!turn.isPrivate) return new Halt('link_refused', { tell: say(turn, 'linkPrivately') });
    if (command.kind === 'unlink') return undo(turn);
    const { organization, person } = turn.owner;
    if (!(await takeTokens(store, organization, person, 'links', tries)))
      return new Halt('rate_limited', { tell: say(turn, 'busy') });
    return command.kind === 'link' ? offer(turn) : prove(turn, command.code);
  };
};

export type Linking = ReturnType<typeof createLinking>;
