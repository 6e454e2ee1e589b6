import type { Sender } from '#core/channel.ts';

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
  /** Undefined when the platform does not tell. Never rejects. */
  profile(id: string): Promise<Profile | undefined>;
}

/** Remembers who is who: an hour when known, five minutes when not. */
export const createPeople = (look: (id: string) => Promise<SlackUser | undefined>, now = () => Date.now()): People => {
  const known = new Map<string, { readonly until: number; readonly profile: Promise<Profile | undefined> }>();

  const remember = (id: string, profile: Promise<Profile | undefined>, forMs: number) => {
    known.delete(id);
    known.set(id, { until: now() + forMs, profile });
    const [oldest] = known.keys();
    if (known.size > peopleMax && oldest !== undefined) known.delete(oldest);
  };

  return {
    async profile(id) {
      const held = known.get(id);
      if (held && held.until > now()) return held.profile;
      const looking = look(id)
        .then((user) => user && toProfile(user))
        .catch(() => undefined);
      remember(id, looking, knownForMs);
      const profile = await looking;
      if (!profile) remember(id, looking, unknownForMs);
      return profile;
    },
  };
};
