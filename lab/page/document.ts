import { html } from 'hono/html';

export interface PaneHead {
  readonly name: string;
  readonly title: string;
  /** Where and as whom one writes here. */
  readonly subtitle: string;
  readonly kind: 'slack' | 'teams' | 'discord' | 'sms' | 'desk';
  readonly threads: boolean;
}

export interface PageInfo {
  /** What answers, for example `claude-sonnet-4-5`; empty when no model key is set. */
  readonly model: string;
  /** Short remarks for the header, one sentence each. */
  readonly notes: readonly string[];
}

/** In this order: later files refine earlier ones. */
const styles = ['page', 'panes', 'messages', 'platforms', 'widths'];

const suggestions = [
  'What is the return policy?',
  'And what does it cost?',
  'How tall is the Eiffel Tower?',
  'I want to talk to a human',
];

const hints: Record<PaneHead['kind'], string> = {
  slack: 'Ask the bot something, as in any direct message.',
  teams: 'Ask the bot something, as in any one-to-one chat.',
  discord: 'Ask in the channel. The mention of the bot is added for you.',
  sms: 'Text the support number.',
  desk: 'Quiet so far. Ask for a human in any other pane, and the case appears here.',
};

const quoted = html`<b>quoted from the <a href="/help">help pages</a></b> <span>(ANTHROPIC_API_KEY is not set)</span>`;

const prompts: Record<PaneHead['kind'], string> = {
  slack: 'Message Firstline',
  teams: 'Type a message',
  discord: 'Message the channel',
  sms: 'Text message',
  desk: 'Message the team',
};

function chatPane({ name, title, subtitle, kind, threads }: PaneHead) {
  return html`<section
    class="pane"
    id="pane-${name}"
    data-pane="${name}"
    data-kind="${kind}"
    data-threads="${String(threads)}"
    aria-labelledby="title-${name}"
  >
    <header class="pane-head">
      <span class="mark" aria-hidden="true"></span>
      <h2 id="title-${name}">${title}</h2>
      <p>${subtitle}</p>
    </header>
    <div
      class="log"
      role="log"
      aria-live="polite"
      aria-relevant="additions"
      aria-labelledby="title-${name}"
      tabindex="0"
    >
      <p class="hint">${hints[kind]}</p>
    </div>
    <p class="typing" role="status"></p>
    <form class="composer">
      <textarea rows="1" maxlength="4000" placeholder="${prompts[kind]}" aria-label="${`Write in ${title}`}"></textarea>
      <button type="submit" aria-label="${`Send in ${title}`}">Send</button>
    </form>
    <p class="trouble" role="alert" hidden></p>
  </section>`;
}

const webPane = html`<section class="pane" id="pane-web" data-kind="web" aria-labelledby="title-web">
  <header class="pane-head">
    <span class="mark" aria-hidden="true"></span>
    <h2 id="title-web">Web widget</h2>
    <p>by one script tag</p>
  </header>
  <iframe src="/channels/web/demo" title="A web page with the support widget" loading="lazy"></iframe>
</section>`;

/** The whole page, without inline script or style. The web widget stands before the desk, the desk last. */
export function renderDocument(panes: readonly PaneHead[], info: PageInfo) {
  const desks = panes.filter(({ kind }) => kind === 'desk');
  const chats = panes.filter(({ kind }) => kind !== 'desk');
  const tabs = [...chats, { name: 'web', title: 'Web widget' }, ...desks];
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>Firstline sandbox</title>
        <link rel="icon" href="data:," />
        ${styles.map((name) => html`<link rel="stylesheet" href="/lab/page/${name}.css" />`)}
        <script type="module" src="/lab/page/main.js"></script>
      </head>
      <body>
        <a class="skip" href="#panes">Skip to the conversations</a>
        <header class="top">
          <div class="brand">
            <h1>Firstline</h1>
            <p>One support bot on every channel. Write as a customer; take over at the desk.</p>
          </div>
          <p class="model"><span>Answers</span> ${info.model ? html`by <b>${info.model}</b>` : quoted}</p>
          <p class="link" role="status" hidden>Reconnecting…</p>
          <button class="theme" type="button" aria-pressed="false">Dark theme</button>
          <div class="try" role="group" aria-label="Try this">
            <span>Try this in <b class="try-where"></b></span>
            ${suggestions.map((text) => html`<button type="button" class="chip">${text}</button>`)}
            <span>then claim, answer and resolve the case at the desk</span>
          </div>
          ${
            info.notes.length > 0
              ? html`<ul class="notes">
                  ${info.notes.map((note) => html`<li>${note}</li>`)}
                </ul>`
              : ''
          }
        </header>
        <nav class="tabs" aria-label="Conversations">
          ${tabs.map(({ name, title }) => html`<button type="button" data-for="pane-${name}">${title}</button>`)}
        </nav>
        <main id="panes" class="panes" tabindex="-1">${chats.map(chatPane)} ${webPane} ${desks.map(chatPane)}</main>
        <dialog class="ask" aria-labelledby="ask-question">
          <form method="dialog">
            <label id="ask-question" for="ask-text"></label>
            <textarea id="ask-text" rows="5" maxlength="4000" required></textarea>
            <p class="ask-buttons">
              <button type="button" value="cancel">Cancel</button>
              <button type="submit" class="primary" value="send">Send</button>
            </p>
          </form>
        </dialog>
      </body>
    </html>`;
}
