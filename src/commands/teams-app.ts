import { writeFileSync } from 'node:fs';

import { zipSync } from 'fflate';

import { toAppPackage } from '#channels/teams/app-package.ts';
import { ConfigError } from '#core/errors.ts';

export interface TeamsAppOptions {
  /** The Microsoft App ID of the Azure bot. */
  readonly appId?: string;
  readonly out: string;
  readonly company: string;
  readonly website: string;
  readonly privacy?: string;
  readonly terms?: string;
}

/** Writes the package that is uploaded to Teams. Throws ConfigError where the app id is not set or an address is none. */
export const writeTeamsApp = ({ appId, out, company, website, privacy, terms }: TeamsAppOptions): void => {
  const addresses = { website, privacy: privacy ?? `${website}/privacy`, terms: terms ?? `${website}/terms` };
  const problems = [
    ...(appId
      ? []
      : ['MicrosoftAppId is not set, and neither is --app-id: it is the Microsoft App ID of the Azure bot.']),
    ...Object.entries(addresses).flatMap(([name, address]) =>
      URL.parse(address)?.protocol === 'https:' ? [] : [`--${name} must be an https address, not ${address}`],
    ),
    ...(company.length <= 32 ? [] : ['--company has at most 32 characters.']),
  ];
  if (!appId || problems.length > 0) throw new ConfigError(problems);
  writeFileSync(out, zipSync(toAppPackage({ appId, company, ...addresses })));
  console.log(`${out} is ready: Teams → Apps → Manage your apps → Upload an app.`);
};
