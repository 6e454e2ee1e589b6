import type { Logger } from 'pino';

import type { Channel, Receive, Shelf } from '#core/channel.ts';
import type { Clock } from '#core/clock.ts';
import { ChannelError } from '#core/errors.ts';

const firstWaitMs = 1000;
const waitMsMax = 60_000;

export interface StartChannelsParts {
  readonly channels: ReadonlyMap<string, Channel>;
  readonly receive: (channel: string) => Receive;
  readonly shelf: (channel: string) => Shelf;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface StartedChannels {
  /** The channels that are not connected, with the platform's own word for why. */
  problems(): readonly string[];
  stop(): Promise<void>;
}

const codeOf = (error: unknown): string => {
  if (error instanceof ChannelError) return error.code;
  return error instanceof Error ? error.message : 'unknown';
};

/**
 * Connects every channel; one whose platform is away is tried again until it is there, and holds up no other. Resolves when
 * each has been tried once.
 */
export const startChannels = async ({
  channels,
  receive,
  shelf,
  clock,
  logger,
}: StartChannelsParts): Promise<StartedChannels> => {
  const away = new Map<string, string>();
  const stopping = new AbortController();

  const tryStart = async (channel: Channel): Promise<boolean> => {
    try {
      await channel.start(receive(channel.name), shelf(channel.name));
      if (away.delete(channel.name)) logger.info({ channel: channel.name }, 'a channel is connected now');
      return true;
    } catch (error) {
      away.set(channel.name, codeOf(error));
      logger.error({ channel: channel.name, code: codeOf(error) }, 'a channel could not connect; it is tried again');
      return false;
    }
  };

  const keepTrying = async (channel: Channel): Promise<void> => {
    for (let waitMs = firstWaitMs; !stopping.signal.aborted; waitMs = Math.min(waitMsMax, waitMs * 2)) {
      await clock.wait(waitMs, stopping.signal);
      if (stopping.signal.aborted || (await tryStart(channel))) return;
    }
  };

  const trying: Promise<void>[] = [];
  await Promise.all(
    [...channels.values()].map(async (channel) => {
      if (!(await tryStart(channel))) trying.push(keepTrying(channel));
    }),
  );
  return {
    problems: () => [...away].map(([name, code]) => `${name}: not connected (${code})`),
    stop: async () => {
      stopping.abort();
      await Promise.all(trying);
      await Promise.all([...channels.values()].map((channel) => channel.stop().catch(() => undefined)));
    },
  };
};
