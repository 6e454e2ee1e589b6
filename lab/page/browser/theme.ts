const key = 'firstline-theme';

/** Storage may be forbidden in a private window; the choice then lasts as long as the page. */
function stored(): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

/** The button switches between light and dark; without a choice the page follows the system. */
export function startTheme(button: HTMLButtonElement): void {
  const system = matchMedia('(prefers-color-scheme: dark)');
  let choice = stored();
  const isDark = () => (choice === null ? system.matches : choice === 'dark');

  function apply() {
    document.documentElement.dataset['theme'] = isDark() ? 'dark' : 'light';
    button.setAttribute('aria-pressed', String(isDark()));
  }
  button.addEventListener('click', () => {
    choice = isDark() ? 'light' : 'dark';
    try {
      localStorage.setItem(key, choice);
    } catch {
      // See stored().
    }
    apply();
  });
  system.addEventListener('change', apply);
  apply();
}
