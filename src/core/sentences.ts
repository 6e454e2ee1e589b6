/** What Firstline itself says to people; the words are in `prompts/sentences`. */
export const sentenceNames = [
  'disclosure',
  'welcome',
  'unavailable',
  'unavailableAlone',
  'handover',
  'nobody',
  'busy',
  'tooLong',
  'unreadable',
  'unreadableSeeing',
  'unfetched',
  'noFiles',
  'blocked',
  'stopped',
  'takenBack',
  'greeting',
  'found',
  'notFound',
  'status',
  'statusWaiting',
  'statusClaimed',
  'forgotten',
  'joined',
  'handedBack',
  'resolved',
  'askHuman',
  'more',
  'noMore',
] as const;

export type SentenceName = (typeof sentenceNames)[number];

/** The sentence in the person's language, worded for their channel, with what stands in braces filled in. */
export type Say = (
  to: { readonly language: string; readonly channel: string },
  name: SentenceName,
  values?: Readonly<Record<string, string>>,
) => string;
