import type { CaseView } from './shapes.ts';
import type { Act } from './api.ts';
import { element, since } from './element.ts';

const acts: Readonly<Record<CaseView['state'], readonly (readonly [Act, string])[]>> = {
  waiting: [
    ['claim', 'Claim'],
    ['resolve', 'Resolve'],
  ],
  claimed: [
    ['undo', 'Undo last reply'],
    ['release', 'Put back in the queue'],
    ['back', 'Hand back to the assistant'],
    ['resolve', 'Resolve'],
  ],
  returned: [],
  resolved: [],
};

const speakers = { customer: 'Customer', assistant: 'Assistant', agent: 'Agent' } as const;

const fact = (label: string, value: string): HTMLElement =>
  element('div', {}, element('dt', {}, label), element('dd', {}, value));

const facts = (found: CaseView): HTMLElement =>
  element(
    'dl',
    { class: 'facts' },
    fact('State', found.agent && found.state === 'claimed' ? `claimed by ${found.agent}` : found.state),
    fact('Channel', found.channel),
    fact('Reason', found.reason),
    found.closedAt ? fact('Closed', `${since(found.closedAt)} ago`) : fact('Opened', `${since(found.openedAt)} ago`),
    ...(found.score === null ? [] : [fact('Rated', `${found.score} of 5`)]),
  );

const transcript = (found: CaseView): HTMLElement =>
  element(
    'ol',
    { class: 'said', 'aria-label': 'What was said', tabindex: '0' },
    ...found.said.map(({ speaker, text, at }) =>
      element(
        'li',
        { class: speaker },
        element(
          'p',
          { class: 'who' },
          speaker === 'customer' ? found.customer : speakers[speaker],
          ' ',
          element('time', { datetime: at }, new Date(at).toLocaleString()),
        ),
        element('p', { class: 'words' }, text),
      ),
    ),
  );

export interface Doing {
  act(act: Act, text?: string): Promise<boolean>;
  back(): void;
}

/** Draws one case; what is being typed, and where the reader is, stay as they are while it is drawn anew. */
export function showCase(place: HTMLElement, found: CaseView, { act, back }: Doing): void {
  const kept = place.dataset['case'] === found.id ? place.querySelector('textarea') : null;
  const isAtEnd = (log: Element | null): boolean => !log || log.scrollHeight - log.scrollTop - log.clientHeight < 40;
  const before = place.dataset['case'] === found.id ? place.querySelector('.said') : null;
  const [follows, top] = [isAtEnd(before), before?.scrollTop ?? 0];
  const hadFocus = document.activeElement === kept;

  const words =
    kept ??
    element('textarea', {
      rows: '2',
      maxlength: '40000',
      placeholder: 'Your reply',
      'aria-label': 'Reply to the customer',
    });
  const form = element('form', {}, words, element('button', { type: 'submit', class: 'primary' }, 'Send'));
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const text = words.value.trim();
    if (text !== '' && (await act('reply', text))) words.value = '';
  });
  words.onkeydown = (event) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  };
  const isOpen = found.state === 'waiting' || found.state === 'claimed';
  const leave = element('button', { type: 'button', class: 'back' }, 'All cases');
  leave.addEventListener('click', back);
  const log = transcript(found);
  place.dataset['case'] = found.id;
  place.setAttribute('aria-label', `Case of ${found.customer}`);
  place.replaceChildren(
    element(
      'header',
      {},
      leave,
      element('h2', {}, found.customer),
      element(
        'div',
        { class: 'acts' },
        ...acts[found.state].map(([name, label]) => {
          const button = element(
            'button',
            { type: 'button', 'data-act': name, class: name === 'claim' ? 'primary' : '' },
            label,
          );
          button.addEventListener('click', () => void act(name));
          return button;
        }),
      ),
      facts(found),
    ),
    log,
    ...(isOpen ? [form] : []),
  );
  log.scrollTop = follows ? log.scrollHeight : top;
  if (hadFocus) words.focus();
}
