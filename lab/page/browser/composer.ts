export interface Composer {
  /** Puts a draft in the field and the cursor behind it. */
  fill(text: string): void;
  focus(): void;
}

/**
 * Joins a form to an act: Enter sends, Shift+Enter starts a new line, and an Enter that ends the composition of a
 * character does neither. The draft stays in the field until it was taken, so a refused message is not lost.
 */
export function createComposer(form: HTMLFormElement, send: (text: string) => Promise<void>): Composer {
  const field = form.querySelector('textarea')!;
  let isSending = false;

  async function submit() {
    const text = field.value.trim();
    if (!text || isSending) return;
    isSending = true;
    form.setAttribute('aria-busy', 'true');
    try {
      await send(text);
      if (field.value.trim() === text) field.value = '';
    } catch {
      // The caller has shown the reason; the draft stays.
    } finally {
      isSending = false;
      form.removeAttribute('aria-busy');
    }
  }

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void submit();
  });
  field.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    void submit();
  });
  return {
    fill(text) {
      field.value = text;
      field.focus();
      field.setSelectionRange(text.length, text.length);
    },
    focus: () => field.focus(),
  };
}
