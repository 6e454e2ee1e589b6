import type { ConversationKey } from './conversations.ts';
import type { Transaction } from './open.ts';

const ofConversation = `organization = $1 and person = $2 and conversation = $3`;

/**
 * Deletes every word that was said in a conversation and is done with; that something was said, and when, is kept. What waits to
 * be sent or answered stays, and so does an open case, which people work on.
 */
export const forgetConversation = async (transaction: Transaction, key: ConversationKey): Promise<void> => {
  const values = [key.organization, key.person, key.conversation];
  for (const statement of [
    `delete from message where ${ofConversation}`,
    `delete from quoted where ${ofConversation}`,
    `delete from web_message where ${ofConversation}`,
    `delete from shared_file where ${ofConversation}`,
    `update feedback set body = null where ${ofConversation}`,
    `update turn set receipt = null where ${ofConversation}`,
    `update inbox set body = '' where ${ofConversation} and done_at is not null`,
    `update outbox set body = '', state = case state when 'held' then 'expired' else state end where ${ofConversation} and state not in ('growing', 'due')`,
    `update support_case set card = '' where ${ofConversation} and state not in ('waiting', 'claimed')`,
    `update conversation set summary = null, summarized_through = 0, tokens = null
     where organization = $1 and person = $2 and id = $3`,
  ])
    await transaction.query(statement, values);
};
