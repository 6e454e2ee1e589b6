import { z } from 'zod';
import type { InboundAction } from '#core/channel.ts';
import { baseOf, fingerprintOf, messageIdOf, type Activity } from './activity.ts';
import { toSentKey } from './keys.ts';

const executeSchema = z.object({
  action: z.object({ verb: z.string().min(1), data: z.record(z.string(), z.unknown()).nullish() }),
});
const submitSchema = z.looseObject({ verb: z.string().min(1) });

function toAction(
  activity: Activity,
  id: string,
  verb: string,
  data: Readonly<Record<string, unknown>>,
): InboundAction | null {
  if (!activity.replyToId) return null;
  const typed = data[`${verb}:text`];
  const text = typeof typed === 'string' ? typed.trim() : '';
  return {
    ...baseOf(activity),
    kind: 'action',
    id,
    action: verb,
    message: toSentKey(activity.conversation.id, activity.replyToId),
    ...(text ? { text } : {}),
  };
}

/** A redelivered press comes with a new activity id, so its identity is what was pressed, by whom, with which words. */
export function toExecuted(activity: Activity): InboundAction | null {
  const { data: value } = executeSchema.safeParse(activity.value);
  if (!value) return null;
  const { verb, data } = value.action;
  const pressed = [activity.conversation.id, activity.replyToId, verb, activity.from.id, data ?? {}];
  return toAction(activity, `press:${fingerprintOf(pressed)}`, verb, data ?? {});
}

export function toSubmitted(activity: Activity, id: string): InboundAction | null {
  const { data: value } = submitSchema.safeParse(activity.value);
  return value ? toAction(activity, messageIdOf(activity, id), value.verb, value) : null;
}

/** What the card says from now on, as its button had it; null where it stays. */
export function doneBy(payload: unknown): string | null {
  const { data } = z.object({ value: executeSchema }).safeParse(payload);
  const done = data?.value.action.data?.['done'];
  return typeof done === 'string' ? done : null;
}
