import { fetchFile } from '#core/fetch-file.ts';
import type { TeamsConfig } from './config.ts';
import { isAllowedUrl } from './service-url.ts';

/**
 * Reads a file. Our token goes to the Bot Connector's hosts alone; a link to a file of a personal chat carries its own, and is good
 * for some minutes. Throws ChannelError.
 */
export const download = (
  address: string,
  lengthMax: number,
  { serviceUrls, fileHosts }: TeamsConfig,
  token: () => Promise<string>,
): Promise<Uint8Array> =>
  fetchFile({
    channel: 'teams',
    address,
    lengthMax,
    redirectsMax: 3,
    headersFor: async (url) => {
      if (isAllowedUrl(url, serviceUrls)) return { authorization: `Bearer ${await token()}` };
      return isAllowedUrl(url, fileHosts) ? {} : null;
    },
  });
