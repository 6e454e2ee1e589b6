import { expect, test, vi } from 'vitest';
import { clientOf, openBolt, openLab, refusal } from './test-bench.ts';

test('a button opens a dialog, and what the person types reaches the app', async () => {
  const lab = await openLab();
  const { app } = await openBolt(lab);
  const texts: (string | null | undefined)[] = [];
  app.action('reply:asks', async ({ ack, body, client, respond }) => {
    await ack();
    const input = {
      type: 'input' as const,
      block_id: 'b',
      label: { type: 'plain_text' as const, text: 'Answer' },
      element: { type: 'plain_text_input' as const, action_id: 'a' },
    };
    const title = { type: 'plain_text' as const, text: 'Reply' };
    await client.views.open({
      trigger_id: (body as { trigger_id: string }).trigger_id,
      view: { type: 'modal', callback_id: 'reply', title, submit: title, blocks: [input] },
    });
    await respond({ text: 'noted', replace_original: true, blocks: [] });
  });
  app.view('reply', async ({ ack, view }) => {
    const text = view.state.values['b']?.['a']?.value;
    texts.push(text);
    await ack(text === 'rude' ? { response_action: 'errors', errors: { b: 'Be kind' } } : undefined);
  });
  const blocks = [
    { type: 'header', text: { type: 'plain_text', text: 'Case 7' } },
    { type: 'section', text: { type: 'mrkdwn', text: 'Printer' }, fields: [{ type: 'mrkdwn', text: '*Wait*\n3 min' }] },
    {
      type: 'actions',
      elements: [
        { type: 'button', action_id: 'reply:asks', style: 'primary', text: { type: 'plain_text', text: 'Reply' } },
      ],
    },
  ];
  const client = clientOf(lab);
  const post = async () => (await client.chat.postMessage({ channel: 'CHELP', text: 'Case 7', blocks })).ts!;
  const message = await post();
  expect(lab.pane.view('CHELP').messages[0]).toMatchObject({
    title: 'Case 7',
    text: 'Printer',
    facts: [{ label: 'Wait', value: '3 min' }],
    actions: [{ id: 'reply:asks', label: 'Reply', style: 'primary', asks: 'Reply' }],
  });
  const press = { room: 'CHELP', user: 'UADA', action: 'reply:asks' };
  await lab.pane.press({ ...press, message, text: 'on my way' });
  await vi.waitFor(() => expect(lab.pane.view('CHELP').messages[0]).toMatchObject({ text: 'noted', actions: [] }));
  await expect(lab.pane.press({ ...press, message: await post(), text: 'rude' })).rejects.toThrow('Be kind');
  expect(texts).toEqual(['on my way', 'rude']);
  expect(
    await refusal(
      client.views.open({
        trigger_id: '1.2.c',
        view: { type: 'modal', title: { type: 'plain_text', text: 'x' }, blocks: [] },
      }),
    ),
  ).toBe('invalid_trigger_id');
});

test('a status line shows until the answer, and a private hint is in no history', async () => {
  const lab = await openLab();
  const client = clientOf(lab);
  const ts = await lab.pane.say({ room: 'DADA', user: 'UADA', text: 'hm' });
  await client.assistant.threads.setStatus({ channel_id: 'DADA', thread_ts: ts, status: 'is thinking' });
  expect(lab.pane.view('DADA').typing).toBe('support is thinking');
  await client.chat.postMessage({ channel: 'DADA', thread_ts: ts, markdown_text: '**yes**' });
  expect(lab.pane.view('DADA')).toMatchObject({
    typing: null,
    messages: [{}, { text: '**yes**', markup: 'markdown' }],
  });
  await client.chat.postEphemeral({ channel: 'CHELP', user: 'UADA', text: 'psst' });
  expect(lab.pane.view('CHELP').messages[0]).toMatchObject({ text: 'psst', status: 'only visible to Ada Byron' });
  expect((await client.conversations.history({ channel: 'CHELP' })).messages).toEqual([]);
});

test('a person edits, reacts to and takes back a message, and the app hears each', async () => {
  const lab = await openLab();
  const { envelopes } = await openBolt(lab);
  const message = await lab.pane.say({ room: 'CHELP', user: 'UADA', text: 'helo' });
  lab.edit({ room: 'CHELP', user: 'UADA', message, text: 'hello' });
  expect(lab.pane.view('CHELP').messages[0]).toMatchObject({ text: 'hello', edited: true });
  lab.react({ room: 'CHELP', user: 'UADA', message, name: 'thumbsup' });
  lab.remove({ room: 'CHELP', user: 'UADA', message });
  expect(lab.pane.view('CHELP').messages).toEqual([]);
  const kinds = () => envelopes.map(({ event }) => event.subtype ?? event.type).toSorted();
  await vi.waitFor(() => expect(kinds()).toEqual(['message', 'message_changed', 'message_deleted', 'reaction_added']));
  const { ts } = await clientOf(lab).chat.postMessage({ channel: 'CHELP', text: 'ours' });
  expect(() => lab.edit({ room: 'CHELP', user: 'UADA', message: ts!, text: 'x' })).toThrow('cant_update_message');
});
