import { LogLevel, WebClient } from '@slack/web-api';
import { toChannelError } from './failure.ts';

/** Delivery repeats what failed, and looks at the platform before it does: the SDK must do neither. */
const quiet = { rejectRateLimitedCalls: true, retryConfig: { retries: 0 }, logLevel: LogLevel.ERROR };
/** Of one call of the Web API. */
export const callTimeoutMs = 10_000;

export const openClient = (apiUrl: string, token: string | undefined, timeout = callTimeoutMs): WebClient =>
  new WebClient(token, { ...quiet, slackApiUrl: apiUrl, timeout });

/** Throws ChannelError in place of whatever the SDK throws. */
export const call = async <T>(calling: Promise<T>): Promise<T> => {
  try {
    return await calling;
  } catch (error) {
    throw toChannelError(error);
  }
};
