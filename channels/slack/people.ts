import type { Sender } from '#core/channel.ts';
import { createRecent } from '#core/recent.ts';

const knownForMs = 3_600_000;
const unknownForMs = 300_000;
const peopleMax = 5000;

/** What is known of a person beyond the id. */
type Profile = Omit<Sender, 'id' | 'organization'>;

/** The part of `users.info` we read. */
interface SlackUser {
  readonly name?: string;
  readonly real_name?: string;
  readonly tz?: string;
  readonly locale?: string;
  readonly is_email_confirmed?: boolean;
  readonly is_stranger?: boolean;
  readonly profile?: { readonly display_name?: string; readonly real_name?: string; readonly email?: string };
}

const toProfile = (user: SlackUser): Profile | undefined => {
  const { profile = {}, tz, locale } = user;
  const displayName = profile.display_name || profile.real_name || user.real_name || user.name;
  if (!displayName) return undefined;
  // An address nobody confirmed, or of another company, proves nothing.
  const isProved = user.is_email_confirmed !== false && user.is_stranger !== true;
  return {
    displayName,
    ...(profile.email && isProved ? { email: profile.email } : {}),
    ...(locale ? { locale } : {}),
    ...(tz ? { timezone: tz } : {}),
  };
};

export interface People {
  /** The person as far as the platform tells who they are. Never rejects. */
  acquaint(sender: Sender): Promise<Sender>;
}

/** Remembers who is who: an hour when known, five minutes when not. */
export const createPeople = (
  look: (sender: Sender) => Promise<SlackUser | undefined>,
  now = () => Date.now(),
): People => {
  const known = createRecent<{ readonly until: number; readonly profile: Promise<Profile | undefined> }>(peopleMax);

  const find = async (sender: Sender): Promise<Profile | undefined> => {
    const id = `${sender.organization}:${sender.id}`;
    const held = known.get(id);
    if (held && held.until > now()) return held.profile;
    const looking = look(sender)
      .then((user) => user && toProfile(user))
      .catch(() => undefined);
    known.set(id, { until: now() + knownForMs, profile: looking });
    const profile = await looking;
    if (!profile) known.set(id, { until: now() + unknownForMs, profile: looking });
    return profile;
  };

  return { acquaint: async (sender) => ({ ...sender, ...(await find(sender)) }) };
};
