import type { Pane } from '#lab/pane.ts';
import type { Platforms } from '#lab/platforms.ts';

/** Where a crowd writes on one platform, all within the same limits. */
export interface Place {
  readonly name: string;
  readonly seats: readonly { readonly room: string; readonly user: string }[];
  readonly pane: Pane;
  /** Calls the platform refused because they were too many. */
  rateLimited(): number;
  calls(): number;
}

const people = (count: number): string[] => Array.from({ length: count }, (_, index) => `Person ${index}`);

/** One Slack workspace, where each has a direct message; one Discord channel; one Teams group chat. */
export const openPlaces = async ({ servers, seats }: Platforms, count: number): Promise<Place[]> => {
  const { slack, teams, discord } = servers;
  const slackSeats = people(count).map((name) => {
    const { id: user } = slack.addUser({ name });
    return { user, room: slack.addRoom({ name, kind: 'im', user }).id };
  });
  const discordRoom = discord.addRoom({ type: 'text', name: 'crowd' });
  const discordSeats = people(count).map((name) => ({
    user: discord.addUser({ name: name.replace(' ', '').toLowerCase() }).id,
    room: discordRoom,
  }));
  const teamsUsers = people(count).map((name) => teams.addUser({ name }).id);
  const teamsRoom = await teams.addRoom({ type: 'groupChat', members: teamsUsers });
  const mentioning: Pane = {
    ...teams.pane,
    say: (say) => teams.pane.say({ ...say, text: `@Firstline ${say.text}` }),
  };
  return [
    { ...slack, name: 'Slack workspace', seats: slackSeats, pane: slack.pane },
    { ...discord, name: 'Discord channel', seats: discordSeats, pane: seats.discord.pane },
    {
      ...teams,
      name: 'Teams group chat',
      seats: teamsUsers.map((user) => ({ user, room: teamsRoom })),
      pane: mentioning,
    },
  ];
};
