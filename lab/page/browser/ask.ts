const dialog = document.querySelector<HTMLDialogElement>('dialog.ask')!;
const question = dialog.querySelector('label')!;
const field = dialog.querySelector('textarea')!;

dialog.querySelector('[value=cancel]')!.addEventListener('click', () => dialog.close(''));
dialog.addEventListener('click', (event) => {
  if (event.target === dialog) dialog.close('');
});
field.addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  dialog.querySelector('form')!.requestSubmit(dialog.querySelector<HTMLButtonElement>('[value=send]'));
});

/** Asks for text in a dialog; resolves with it, or with null when the person cancels or presses Escape. */
export function ask(words: string): Promise<string | null> {
  question.textContent = words;
  field.value = '';
  dialog.returnValue = '';
  dialog.showModal();
  field.focus();
  return new Promise((resolve) => {
    const settle = () => resolve(dialog.returnValue === 'send' ? field.value.trim() || null : null);
    dialog.addEventListener('close', settle, { once: true });
  });
}
