import type { SentKey, ThreadKey } from '#core/channel.ts';

export interface Requester {
  /** Tells one person from another; nothing about them. */
  readonly id: string;
  readonly name: string;
  readonly email?: string;
}

/** A ticket there is, or one that begins with the first message, for this person. */
export type Place = { readonly ticket: string } | { readonly requester: Requester };

export const toThread = (place: Place): ThreadKey => JSON.stringify(place) as ThreadKey;
export const placeOf = (thread: ThreadKey): Place => JSON.parse(thread) as Place;
/** The ticket itself, or what was added to it. */
export const toSentKey = (ticket: string, audit?: string): SentKey =>
  (audit === undefined ? ticket : `${ticket}/${audit}`) as SentKey;
