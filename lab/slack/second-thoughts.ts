import { addReaction, changeMessage, deleteMessage } from './chat-methods.ts';
import type { Platform } from './platform.ts';
import { SlackRefusal, type SlackMessage, type SlackRoom } from './workspace.ts';

interface Target {
  readonly room: string;
  readonly user: string;
  readonly message: string;
}

/** What a person does to a message that is already there. */
export interface SecondThoughts {
  /** Only the author may. */
  edit(target: Target & { text: string }): void;
  /** Only the author may. */
  remove(target: Target): void;
  /** `name` without colons, for example `thumbsup`. */
  react(target: Target & { name: string }): void;
}

export const createSecondThoughts = (platform: Platform): SecondThoughts => {
  const find = ({ room: id, message: ts }: Target): { room: SlackRoom; message: SlackMessage } => {
    const room = platform.workspace.room(id);
    const message = room.messages.find((candidate) => candidate.ts === ts && !candidate.onlyFor);
    if (!message) throw new SlackRefusal('message_not_found');
    return { room, message };
  };
  const findOwn = (target: Target, refusal: string) => {
    const found = find(target);
    if (found.message.user !== target.user) throw new SlackRefusal(refusal);
    return found;
  };
  return {
    edit(target) {
      const { room, message } = findOwn(target, 'cant_update_message');
      changeMessage(platform, room, message, { text: target.text, markdownText: undefined, blocks: undefined });
    },
    remove(target) {
      const { room, message } = findOwn(target, 'cant_delete_message');
      deleteMessage(platform, room, message);
    },
    react(target) {
      const { room, message } = find(target);
      addReaction(platform, room, message, target.user, target.name);
    },
  };
};
