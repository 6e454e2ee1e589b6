/** On a phone the panes are one strip that snaps; the buttons bring a pane into view, and show which one is. */
export function startTabs(nav: HTMLElement, strip: HTMLElement, onPane: (id: string) => void): void {
  const buttons = new Map([...nav.querySelectorAll('button')].map((button) => [button.dataset['for']!, button]));
  const isCalm = matchMedia('(prefers-reduced-motion: reduce)');

  for (const [id, button] of buttons) {
    button.addEventListener('click', () => {
      const left = document.getElementById(id)!.offsetLeft - strip.offsetLeft;
      strip.scrollTo({ left, behavior: isCalm.matches ? 'instant' : 'smooth' });
    });
  }
  const seen = new IntersectionObserver(
    (entries) => {
      const shown = entries.find(({ isIntersecting }) => isIntersecting);
      if (!shown || strip.scrollWidth <= strip.clientWidth) return;
      for (const [id, button] of buttons) button.setAttribute('aria-current', String(id === shown.target.id));
      const current = buttons.get(shown.target.id)!;
      nav.scrollTo({ left: current.offsetLeft - nav.clientWidth / 2 + current.clientWidth / 2 });
      onPane(shown.target.id);
    },
    { root: strip, threshold: 0.6 },
  );
  for (const id of buttons.keys()) seen.observe(document.getElementById(id)!);
}
