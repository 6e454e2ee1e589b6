import { z } from 'zod';
import type { InboundFeedback } from '#core/channel.ts';
import { fingerprintOf, readAs, senderOf, sentAtOf, type Activity } from './activity.ts';
import { toSentKey } from './keys.ts';

type Rating = InboundFeedback['rating'];

/** Of the reactions those that judge; the others (laughing, surprised, any emoji) may mean anything. */
const ratings: Readonly<Record<string, Rating>> = { like: 'good', heart: 'good', sad: 'bad', angry: 'bad' };

/** learn.microsoft.com/microsoftteams/platform/bots/how-to/format-ai-bot-messages: `feedback` is JSON in a string. */
const loopSchema = z.object({
  actionName: z.literal('feedback'),
  actionValue: z.object({ reaction: z.enum(['like', 'dislike']), feedback: z.unknown().optional() }),
});
const typedSchema = z.object({ feedbackText: z.string() });

function typedIn(feedback: unknown): string {
  if (typeof feedback !== 'string') return typedSchema.safeParse(feedback).data?.feedbackText ?? '';
  try {
    return typedSchema.safeParse(JSON.parse(feedback)).data?.feedbackText ?? '';
  } catch {
    return feedback;
  }
}

/** A redelivered invoke comes with a new activity id, so its identity is who judged what how and when. */
function toFeedback(activity: Activity, rating: Rating, typed = ''): InboundFeedback | null {
  const { conversation, replyToId, from, timestamp, id } = activity;
  if (!replyToId) return null;
  const text = typed.trim();
  return {
    channel: 'teams',
    kind: 'feedback',
    id: `feedback:${fingerprintOf([conversation.id, replyToId, from.id, rating, text, timestamp ?? id])}`,
    sender: senderOf(activity),
    sentAt: sentAtOf(activity),
    message: toSentKey(conversation.id, replyToId),
    rating,
    ...(text ? { text } : {}),
  };
}

/** The thumbs below an answer; null for other things that are submitted. */
export function toJudgment(activity: Activity): InboundFeedback | null {
  const { data: value } = loopSchema.safeParse(activity.value);
  if (!value) return null;
  const { reaction, feedback } = value.actionValue;
  return toFeedback(activity, reaction === 'like' ? 'good' : 'bad', typedIn(feedback));
}

/** A reaction to a message; null for those that do not judge. */
export function toReaction(activity: Activity): InboundFeedback | null {
  const reaction = z.object({ type: z.string() });
  const ratingsOf = (items: Activity['reactionsAdded']) =>
    readAs(reaction, items).flatMap(({ type }) => (Object.hasOwn(ratings, type) ? (ratings[type] ?? []) : []));
  const [added] = ratingsOf(activity.reactionsAdded);
  if (added) return toFeedback(activity, added);
  return ratingsOf(activity.reactionsRemoved).length > 0 ? toFeedback(activity, null) : null;
}
