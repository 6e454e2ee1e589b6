import type { InboundEvent } from '#core/channel.ts';

const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';

/** What the contract leaves to a channel and the core trusts it with. Empty where the event keeps to it. */
export const flawsOf = (event: InboundEvent | null): string[] => {
  if (!event) return [];
  const flaws: string[] = [];
  const check = (name: string, isSound: boolean): void => void (isSound || flaws.push(`${event.kind}: ${name}`));
  check('id', isText(event.id));
  if ('sentAt' in event) check('sentAt', event.sentAt instanceof Date && Number.isFinite(event.sentAt.getTime()));
  if ('sender' in event) {
    check('sender', isText(event.sender.id) && isText(event.sender.organization));
    check('displayName', typeof event.sender.displayName === 'string');
  }
  if ('thread' in event) check('thread', isText(event.thread));
  if ('of' in event) check('of', isText(event.of));
  if ('message' in event) check('message', event.message === undefined || isText(event.message));
  if ('action' in event) check('action', isText(event.action));
  if ('text' in event) check('text', event.text === undefined || typeof event.text === 'string');
  for (const { name, mediaType, size, key } of ('attachments' in event && event.attachments) || [])
    check(
      'attachment',
      typeof name === 'string' && typeof mediaType === 'string' && isText(key) && (size === null || size >= 0),
    );
  return flaws;
};
