import type { CaseRow } from './shapes.ts';
import { element, since } from './element.ts';

const line = ({ state, agent, closedAt, openedAt, score }: CaseRow): string => {
  if (closedAt) return `${state} ${since(closedAt)} ago${score === null ? '' : ` · rated ${score} of 5`}`;
  return state === 'claimed' ? `with ${agent ?? 'a colleague'}` : `waiting for ${since(openedAt)}`;
};

const matches = ({ customer, channel, reason, agent, state }: CaseRow, search: string): boolean =>
  `${customer} ${channel} ${reason} ${agent ?? ''} ${state}`.toLowerCase().includes(search.trim().toLowerCase());

/** Draws the cases that match, and returns them in their order; the one that has the focus keeps it. */
export function showList(
  list: HTMLElement,
  cases: readonly CaseRow[],
  { search, selected, choose }: { search: string; selected: string | null; choose: (id: string) => void },
): readonly CaseRow[] {
  const shown = cases.filter((one) => matches(one, search));
  const focused = (document.activeElement as HTMLElement | null)?.dataset['case'];
  list.replaceChildren(
    ...shown.map((one) => {
      const button = element(
        'button',
        {
          type: 'button',
          'data-case': one.id,
          class: one.state,
          ...(one.id === selected ? { 'aria-current': 'true' } : {}),
        },
        element('strong', {}, one.customer),
        element('span', { class: 'channel' }, one.channel),
        element('span', { class: 'reason' }, one.reason),
        element('span', { class: 'soft' }, line(one)),
      );
      button.addEventListener('click', () => choose(one.id));
      return element('li', {}, button);
    }),
  );
  if (focused) list.querySelector<HTMLElement>(`[data-case="${focused}"]`)?.focus();
  return shown;
}
