import type { Budget } from '#core/channel.ts';

/**
 * learn.microsoft.com/microsoftteams/platform/bots/how-to/rate-limit: 7 a second, 8 in two, 60 in thirty and 1,800 an hour in one
 * conversation, sends and updates together. Burst and refill stay well below each: a typing sign, a stream that was refused and
 * the update of what a stream has shown are calls too.
 */
export const budgetOf = (room: string): Budget => ({
  scope: room,
  size: 3,
  refillPerMinute: 60,
  longer: { scope: `${room} hour`, size: 600, refillPerMinute: 15 },
});
