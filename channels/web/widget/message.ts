import type { Message } from './connection.ts';
import { make, markdown, toLink } from './markdown.ts';
import type { Words } from './words.ts';

/** What can be done on a message; each resolves with whether it was taken. */
export interface Acts {
  press(message: Message, action: string): Promise<boolean>;
  judge(message: Message, rating: 'good' | 'bad' | null, text?: string): Promise<boolean>;
  say(text: string): Promise<boolean>;
}

const toButton = (label: string, act: () => Promise<boolean>, staysOff = true): HTMLButtonElement => {
  const button = make('button', { type: 'button' }, label);
  button.addEventListener('click', async () => {
    button.disabled = true;
    const isTaken = await act();
    button.disabled = isTaken && staysOff;
  });
  return button;
};

/** In their own words, after the thumb: it may be left out. */
const toReason = (message: Message, acts: Acts, words: Words): HTMLElement => {
  const input = make('input', { type: 'text', maxlength: '1000', 'aria-label': words.why, placeholder: words.why });
  const form = make('form', { class: 'reason' }, input, make('button', { type: 'submit' }, words.send));
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    if (input.value.trim() !== '' && (await acts.judge(message, 'bad', input.value.trim())))
      form.replaceChildren(make('span', { role: 'status' }, words.thanks));
  });
  return form;
};

const toJudging = (message: Message, acts: Acts, words: Words): HTMLElement => {
  const row = make('div', { class: 'judge' });
  const thumb = (rating: 'good' | 'bad'): HTMLButtonElement => {
    const isPressed = message.rating === rating;
    const button = make('button', { type: 'button', 'aria-pressed': String(isPressed) }, words[rating]);
    // Never off while it is sent: a button that is switched off loses the focus.
    button.addEventListener('click', () => void acts.judge(message, isPressed ? null : rating));
    return button;
  };
  row.append(thumb('good'), thumb('bad'));
  // Without https there is no clipboard.
  if (navigator.clipboard) {
    const copy = make('button', { type: 'button' }, words.copy);
    copy.addEventListener('click', () => void navigator.clipboard.writeText(message.text).catch(() => undefined));
    row.append(copy);
  }
  return row;
};

/** A message as nodes: each time as a whole. */
export const draw = (message: Message, acts: Acts, words: Words): HTMLElement[] => {
  const { author, citations, actions, suggestions = [], files = [] } = message;
  const cites = citations.map(({ number, title, url }) =>
    make('li', {}, `[${number}] `, url ? toLink(url, title) : title),
  );
  const buttons = [
    ...actions.map(({ id, label }) => toButton(label, () => acts.press(message, id))),
    ...suggestions.map((text) => toButton(text, () => acts.say(text), false)),
  ];
  return [
    make('span', { class: 'by' }, `${author === 'visitor' ? words.you : words.title}: `),
    make('div', { class: 'body' }, ...markdown(message.text, words.table)),
    ...(files.length > 0 ? [make('ul', { class: 'files' }, ...files.map((name) => make('li', {}, name)))] : []),
    ...(cites.length > 0 ? [make('ul', { class: 'cites', 'aria-label': words.sources }, ...cites)] : []),
    ...(message.rating === undefined || message.partial ? [] : [toJudging(message, acts, words)]),
    ...(message.rating === 'bad' ? [toReason(message, acts, words)] : []),
    ...(buttons.length > 0 ? [make('div', { class: 'acts' }, ...buttons)] : []),
  ];
};
