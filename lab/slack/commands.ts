import type { Delivery } from './delivery.ts';
import type { Platform } from './platform.ts';
import { SlackRefusal, toWireMessage, type Json } from './workspace.ts';

export interface Commands {
  /** A person types `/firstline` and these words, wherever they are. Resolves with what the app answered in its acknowledgement. */
  command(given: { room: string; user: string; text: string }): Promise<string>;
  /** A person chooses the app's shortcut on a message. */
  useShortcut(used: { room: string; user: string; message: string; callback: string }): Promise<string>;
}

/** What people ask of the app other than by writing to it (docs.slack.dev/interactivity). */
export const createCommands = ({ workspace, modals }: Platform, delivery: Delivery, responseUrl: string): Commands => {
  const { identity } = workspace;
  const nameOf = (user: string): string => {
    const found = workspace.users.get(user);
    if (!found) throw new Error(`No user ${user}`);
    return found.name;
  };
  return {
    command({ room, user, text }) {
      const { id, kind, name } = workspace.room(room);
      const form: Json = {
        token: 'unused',
        team_id: identity.teamId,
        team_domain: 'lab',
        channel_id: id,
        channel_name: kind === 'im' ? 'directmessage' : name,
        user_id: user,
        user_name: nameOf(user),
        command: '/firstline',
        text,
        api_app_id: identity.appId,
        is_enterprise_install: 'false',
        response_url: responseUrl,
        trigger_id: modals.trigger(user),
      };
      return delivery.interact(form, 'slash_commands');
    },
    useShortcut({ room: id, user, message: ts, callback }) {
      const room = workspace.room(id);
      const message = room.messages.find((candidate) => candidate.ts === ts);
      if (!message) throw new SlackRefusal('message_not_found');
      return delivery.interact({
        type: 'message_action',
        callback_id: callback,
        trigger_id: modals.trigger(user),
        message_ts: ts,
        action_ts: workspace.nextTs(),
        team: { id: identity.teamId, domain: 'lab' },
        user: { id: user, name: nameOf(user), team_id: identity.teamId },
        channel: { id: room.id, name: room.kind === 'im' ? 'directmessage' : room.name },
        message: toWireMessage(workspace, room, message),
        api_app_id: identity.appId,
        token: 'unused',
        response_url: responseUrl,
        is_enterprise_install: false,
        enterprise: null,
      });
    },
  };
};
