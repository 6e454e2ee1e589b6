import { randomBytes } from 'node:crypto';
import type { Args } from './args.ts';
import { changeMessage, deleteMessage, readContent } from './chat-methods.ts';
import { roomEvent, type Platform } from './platform.ts';
import { SlackRefusal, toWireMessage, type SlackMessage, type SlackRoom } from './workspace.ts';

/** A response_url may be used this often, for this long after the act. */
const usesMax = 5;
const lifetimeMs = 30 * 60_000;

interface Ticket {
  readonly room: SlackRoom;
  readonly message: SlackMessage;
  readonly user: string;
  readonly until: number;
  uses: number;
}

export interface ResponseUrls {
  issue(room: SlackRoom, message: SlackMessage, user: string): string;
  /** Does what the app posted there. Throws `expired_url`, `used_url`, `no_text` or a block error. */
  use(token: string, args: Args): void;
}

/** The short-lived addresses an app may answer an act at. They know no `markdown_text`. */
export const createResponseUrls = (platform: Platform, baseUrl: () => string): ResponseUrls => {
  const tickets = new Map<string, Ticket>();
  return {
    issue(room, message, user) {
      const token = randomBytes(18).toString('hex');
      tickets.set(token, { room, message, user, until: Date.now() + lifetimeMs, uses: 0 });
      return `${baseUrl()}/actions/${platform.workspace.identity.teamId}/${token}`;
    },
    use(token, args) {
      const ticket = tickets.get(token);
      if (!ticket || ticket.until < Date.now()) throw new SlackRefusal('expired_url');
      if (ticket.uses >= usesMax) throw new SlackRefusal('used_url');
      ticket.uses += 1;
      const { room, message, user } = ticket;
      const { workspace } = platform;
      const isThere = room.messages.includes(message);
      if (args.flag('delete_original')) {
        if (isThere) deleteMessage(platform, room, message);
        return;
      }
      const { markdown_text: _, ...known } = args.all;
      const content = readContent({ ...args, text: (name) => (name in known ? args.text(name) : undefined) });
      if (args.flag('replace_original') && isThere) {
        changeMessage(platform, room, message, content);
        return;
      }
      const isPublic = args.text('response_type') === 'in_channel';
      const posted = workspace.post(room, {
        user: workspace.identity.botUserId,
        botId: workspace.identity.botId,
        text: content.text ?? '',
        blocks: content.blocks ?? [],
        threadTs: args.text('thread_ts') ?? null,
        onlyFor: isPublic ? null : user,
      });
      if (isPublic) platform.emit(roomEvent(workspace, room, toWireMessage(workspace, room, posted)));
    },
  };
};
