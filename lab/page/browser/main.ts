import { follow } from './api.ts';
import { createConversation, type Conversation } from './conversation.ts';
import { startTabs } from './tabs.ts';
import { startTheme } from './theme.ts';

const find = <T extends HTMLElement>(selector: string) => document.querySelector<T>(selector)!;

startTheme(find<HTMLButtonElement>('button.theme'));

const conversations = new Map<string, Conversation>();
for (const section of document.querySelectorAll<HTMLElement>('[data-pane]')) {
  conversations.set(section.dataset['pane']!, createConversation(section));
}

// A suggestion goes to the pane the person used last; customers ask, so never to the desk.
let target = conversations.values().next().value;
function aim(section: HTMLElement | null) {
  if (!section || section.dataset['kind'] === 'desk') return;
  target = conversations.get(section.dataset['pane'] ?? '') ?? target;
  find('.try-where').textContent = target?.title ?? '';
}
aim(find('[data-pane]'));
find('main').addEventListener('focusin', ({ target: focused }) => {
  if (focused instanceof Element) aim(focused.closest<HTMLElement>('[data-pane]'));
});
for (const chip of document.querySelectorAll('.chip')) {
  chip.addEventListener('click', () => target?.composer.fill(chip.textContent ?? ''));
}

startTabs(find('.tabs'), find('main'), (id) => aim(document.getElementById(id)));

follow(
  ({ name, view }) => conversations.get(name)?.show(view),
  (connected) => (find('.link').hidden = connected),
);
