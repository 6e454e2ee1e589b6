export interface Fold {
  /** The button that shows all of the text, or less of it; hidden while the text is short. */
  readonly button: HTMLButtonElement;
  setFoldable(foldable: boolean): void;
}

/** A text this much taller (lines) than its fold is folded; for less, a button costs more than it saves. */
const slackLines = 4;
const foldedLines = 9;

/** Shows the beginning of a long text, as chat clients do. Who tabs into the hidden part is shown all of it. */
export function createFold(text: HTMLElement): Fold {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'fold';
  button.hidden = true;
  let isFoldable = false;
  let isOpen = false;

  function draw() {
    const isLong =
      isFoldable &&
      text.scrollHeight > (foldedLines + slackLines) * Number.parseFloat(getComputedStyle(text).lineHeight);
    button.hidden = !isLong;
    text.classList.toggle('folded', isLong && !isOpen);
    button.setAttribute('aria-expanded', String(isOpen));
    button.textContent = isOpen ? 'Show less' : 'Show all';
  }
  function set(open: boolean) {
    isOpen = open;
    draw();
  }
  button.addEventListener('click', () => set(!isOpen));
  text.addEventListener('focusin', () => set(true));
  new ResizeObserver(draw).observe(text);
  return {
    button,
    setFoldable(foldable) {
      isFoldable = foldable;
      draw();
    },
  };
}
