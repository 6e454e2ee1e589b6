import type { Shelf } from '#core/channel.ts';
import type { TeamsConfig } from './config.ts';
import { roomOf, type threadOf } from './keys.ts';
import { createRecent } from '#core/recent.ts';
import { defaultServiceUrl, isAllowedUrl } from './service-url.ts';

/** So many conversations are remembered with the service URL they last spoke from. */
const conversationsMax = 1000;
const keptName = 'service-url';

export interface ServiceUrls {
  open(shelf: Shelf | undefined): Promise<void>;
  /** Notes where a conversation has just spoken from. */
  note(conversation: string, serviceUrl: string): Promise<void>;
  /** Where it is written to. */
  of(thread: ReturnType<typeof threadOf>): string;
}

/**
 * A service URL tells the region of a tenant and may change. Who has not heard from a conversation yet takes the newest of the
 * tenant, also over a restart; with many tenants that would be another one's.
 */
export function createServiceUrls({ serviceUrls, appType }: TeamsConfig): ServiceUrls {
  const byRoom = createRecent<string>(conversationsMax);
  let newest: string | null = null;
  let kept: Shelf | undefined;
  return {
    async open(shelf) {
      kept = appType === 'MultiTenant' ? undefined : shelf;
      const read = (await kept?.read(keptName)) ?? null;
      if (read !== null && isAllowedUrl(read, serviceUrls)) newest = read;
    },
    async note(conversation, serviceUrl) {
      byRoom.set(roomOf(conversation), serviceUrl);
      if (!kept || newest === serviceUrl) return;
      await kept.write(keptName, serviceUrl);
      newest = serviceUrl;
    },
    of: ({ conversation, serviceUrl }) =>
      byRoom.get(roomOf(conversation)) ?? newest ?? serviceUrl ?? defaultServiceUrl(serviceUrls),
  };
}
