import { serve } from '@hono/node-server';
import { createDemoPane, demoMessage } from './demo-panes.ts';
import { createPageRoutes, type PagePane } from './routes.ts';

/** The page alone, with panes in memory: `node lab/page/demo.ts [port]`. Nothing answers; it is for work on the page. */

const steps = `To reset your password:

1. Open **Settings → Security**.
2. Choose *Reset password*.
   - The link works for 30 minutes.
3. Follow the link in the mail.

> Links are sent to your main address only.

Source: [Passwords](https://help.example.com/passwords)`;

const table = `You can return goods like this:

| Goods | Days | Fee |
| --- | --- | --- |
| Unopened | 30 | none |
| Opened | 14 | 5 % |

\`\`\`
RMA-2041-7
\`\`\``;

const slack = createDemoPane('D1', [
  demoMessage('person', 'How do I reset my password?', { markup: 'mrkdwn' }),
  demoMessage('bot', steps, { edited: true }),
  demoMessage('person', 'Thanks &amp; *bye* :wave: see <https://help.example.com|the help>', { markup: 'mrkdwn' }),
]);
const teams = createDemoPane('T1', [
  demoMessage('person', 'What is the return policy?'),
  demoMessage('bot', table),
  demoMessage('bot', 'Did that help?', {
    actions: [
      { id: 'yes', label: 'Yes', style: 'plain' },
      { id: 'no', label: 'No', style: 'plain' },
    ],
  }),
]);
const discord = createDemoPane('C1', [
  demoMessage('person', 'is the api down?'),
  demoMessage('bot', 'All systems work. The last incident was on **3 May**; see `status.json`.', {
    title: 'Status',
    facts: [
      { label: 'API', value: 'up' },
      { label: 'Region', value: 'eu-west' },
    ],
  }),
]);
const sms = createDemoPane('+1', [
  demoMessage('person', 'Where is my parcel?', { markup: 'plain' }),
  demoMessage('bot', 'It left our warehouse today.\nReply HUMAN to talk to a person.', {
    markup: 'plain',
    status: 'delivered',
  }),
]);
const card = demoMessage('bot', 'Asked for a person after two answers about a refund.', {
  id: 'case',
  title: 'Case 12: refund for a broken lamp',
  facts: [
    { label: 'Customer', value: 'Ada Byron' },
    { label: 'Channel', value: 'Slack' },
    { label: 'Waiting', value: '2 min' },
    { label: 'Reason', value: 'asked' },
  ],
  actions: [
    { id: 'claim', label: 'Claim', style: 'primary' },
    { id: 'note:asks', label: 'Add note', style: 'plain', asks: 'What should the team know?' },
    { id: 'close', label: 'Close', style: 'danger' },
  ],
});
const desk = createDemoPane('Q1', [
  card,
  demoMessage('bot', '**Ada**: I want to talk to a human', { thread: 'case' }),
  demoMessage('person', 'I am on it.', { thread: 'case', author: { id: 'kim', name: 'Kim Agent', role: 'person' } }),
]);

teams.type('Firstline is typing');

const panes: Record<string, PagePane> = {
  slack: { pane: slack, room: 'D1', user: 'U1', title: 'Slack', subtitle: 'as you', kind: 'slack', threads: true },
  teams: { pane: teams, room: 'T1', user: 'U1', title: 'Teams', subtitle: 'as you', kind: 'teams', threads: false },
  discord: {
    pane: discord,
    room: 'C1',
    user: 'U1',
    title: 'Discord',
    subtitle: 'as you',
    kind: 'discord',
    threads: false,
  },
  sms: { pane: sms, room: '+1', user: '+2', title: 'SMS', subtitle: 'as you', kind: 'sms', threads: false },
  desk: { pane: desk, room: 'Q1', user: 'kim', title: 'Desk', subtitle: 'as you', kind: 'desk', threads: true },
};
const app = createPageRoutes(panes, () => ({ model: '', notes: ['Every platform here is a local stand-in.'] }));
app.get('/channels/web/demo', (c) => c.html('<!doctype html><title>Shop</title><p>The web widget stands here.</p>'));
serve({ fetch: app.fetch, port: Number(process.argv[2] ?? 3000), hostname: '127.0.0.1' }, ({ port }) =>
  console.log(`http://localhost:${port}`),
);
