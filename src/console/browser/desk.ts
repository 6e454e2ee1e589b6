import type { CaseRow } from './shapes.ts';
import { type Act, listCases, perform, readCase } from './api.ts';
import { showCase } from './show-case.ts';
import { showList } from './show-list.ts';

/** Milliseconds between two looks at what is new. */
const lookMs = 2000;

const by = <T extends HTMLElement>(id: string): T => document.getElementById(id) as T;
const [list, place, trouble, count, search] = [
  by('list'),
  by('case'),
  by('trouble'),
  by('count'),
  by<HTMLInputElement>('search'),
] as const;

let state = 'open';
let cases: readonly CaseRow[] = [];
let shown: readonly CaseRow[] = [];
let selected: string | null = null;
let drawn = '';

const say = (problem: string): void => {
  trouble.textContent = problem;
  trouble.hidden = problem === '';
};

const drawList = (): void => {
  shown = showList(list, cases, { search: search.value, selected, choose: (id) => void open(id) });
  const text = shown.length === 1 ? '1 case' : `${shown.length} cases`;
  if (count.textContent !== text) count.textContent = text;
};

/** Does it, and tells whether it was taken; what is shown follows. */
const act = async (id: string, what: Act, text?: string): Promise<boolean> => {
  try {
    await perform(id, what, crypto.randomUUID(), text);
    say('');
    await look();
    return true;
  } catch (error) {
    say((error as Error).message);
    return false;
  }
};

const leave = (): void => {
  const left = selected;
  selected = null;
  document.body.classList.remove('has-case');
  drawList();
  list.querySelector<HTMLElement>(`[data-case="${left ?? ''}"]`)?.focus();
};

const drawCase = async (): Promise<void> => {
  if (selected === null) return;
  const found = await readCase(selected);
  const next = JSON.stringify(found);
  if (found.id !== selected || next === drawn) return;
  drawn = next;
  showCase(place, found, { act: (what, text) => act(found.id, what, text), back: leave });
};

const open = async (id: string): Promise<void> => {
  selected = id;
  drawn = '';
  document.body.classList.add('has-case');
  drawList();
  await look();
  place.focus();
};

const look = async (): Promise<void> => {
  try {
    cases = await listCases(state);
    drawList();
    await drawCase();
    say('');
  } catch (error) {
    say((error as Error).message);
  }
};

for (const button of document.querySelectorAll<HTMLElement>('[data-state]'))
  button.addEventListener('click', () => {
    state = button.dataset['state'] ?? 'open';
    for (const one of document.querySelectorAll('[data-state]'))
      one.setAttribute('aria-pressed', String(one === button));
    void look();
  });
search.addEventListener('input', drawList);
by('sign-out').addEventListener('click', async () => {
  await fetch('/console/sign-out', { method: 'POST' });
  location.reload();
});

const step = (by: number): void => {
  const at = shown.findIndex(({ id }) => id === selected);
  const next = shown[Math.min(shown.length - 1, Math.max(0, at + by))];
  if (next) void open(next.id);
};
const keys: Readonly<Record<string, () => void>> = {
  j: () => step(1),
  k: () => step(-1),
  c: () => place.querySelector<HTMLElement>('[data-act="claim"]')?.click(),
  u: () => place.querySelector<HTMLElement>('[data-act="undo"]')?.click(),
  r: () => place.querySelector('textarea')?.focus(),
  '/': () => search.focus(),
};
document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') return selected === null ? search.blur() : leave();
  // Letters are for whatever is being written, and combinations for the browser.
  if (event.ctrlKey || event.metaKey || event.altKey || (event.target as Element).matches('input, textarea')) return;
  const does = keys[event.key];
  if (!does) return;
  event.preventDefault();
  does();
});

const keepLooking = async (): Promise<void> => {
  await look();
  setTimeout(() => void keepLooking(), lookMs);
};
void keepLooking();
