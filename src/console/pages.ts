import { html } from 'hono/html';

import type { Agent } from './session.ts';

const head = (title: string, script: string) =>
  html`<head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <meta name="robots" content="noindex" />
    <title>${title}</title>
    <link rel="icon" href="data:," />
    <link rel="stylesheet" href="/console/files/console.css" />
    <script type="module" src="/console/files/${script}.js"></script>
  </head>`;

export const signInPage = () =>
  html`<!doctype html>
    <html lang="en">
      ${head('Sign in · Firstline', 'sign-in')}
      <body class="sign-in">
        <main>
          <h1>Firstline desk</h1>
          <form>
            <label
              >Your name, as customers read it<input name="name" autocomplete="name" required maxlength="60"
            /></label>
            <label>Password<input name="password" type="password" autocomplete="current-password" required /></label>
            <button type="submit">Sign in</button>
            <p class="trouble" role="alert" hidden></p>
          </form>
        </main>
      </body>
    </html>`;

const keys = [
  ['j k', 'next, previous case'],
  ['c', 'claim'],
  ['r', 'write a reply'],
  ['u', 'undo'],
  ['/', 'search'],
  ['Esc', 'back to the list'],
] as const;

export const casePage = ({ name }: Agent) =>
  html`<!doctype html>
    <html lang="en">
      ${head('Desk · Firstline', 'desk')}
      <body>
        <header class="bar">
          <h1>Desk</h1>
          <p class="agent">${name}</p>
          <button type="button" id="sign-out">Sign out</button>
        </header>
        <p class="trouble" id="trouble" role="alert" hidden></p>
        <div class="columns">
          <nav class="queue" aria-label="Cases">
            <div class="filters">
              <div role="group" aria-label="Which cases">
                <button type="button" data-state="open" aria-pressed="true">Open</button>
                <button type="button" data-state="closed" aria-pressed="false">Closed</button>
              </div>
              <input type="search" id="search" placeholder="Name, channel, reason" aria-label="Search in these cases" />
            </div>
            <ul id="list"></ul>
            <p id="count" class="soft" role="status"></p>
          </nav>
          <main id="case" tabindex="-1" aria-label="Case">
            <p class="hint">Choose a case. Keys: ${keys.map(([key, what]) => html`<kbd>${key}</kbd> ${what} `)}</p>
          </main>
        </div>
      </body>
    </html>`;
