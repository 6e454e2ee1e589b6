import axe from 'axe-core';
import type { Frame, Page } from 'playwright-core';

/** What WCAG asks of text that is not large. */
const contrastMin = 4.5;

/** What someone who cannot see well, or at all, would stumble over: one sentence each. Looks into open shadow roots. */
export const problemsIn = (frame: Page | Frame): Promise<string[]> =>
  frame.evaluate((ratioMin) => {
    type Color = [red: number, green: number, blue: number, alpha: number];
    const problems: string[] = [];
    const all = (parent: ParentNode): Element[] =>
      [...parent.querySelectorAll('*')].flatMap((one) => [one, ...(one.shadowRoot ? all(one.shadowRoot) : [])]);
    const parentOf = (element: Element): Element | null =>
      element.parentElement ?? (element.getRootNode() as Partial<ShadowRoot>).host ?? null;
    const toColor = (css: string): Color => {
      const [red = 0, green = 0, blue = 0, alpha = 1] = (css.match(/[\d.]+/g) ?? []).map(Number);
      return css.startsWith('color(') ? [red * 255, green * 255, blue * 255, alpha] : [red, green, blue, alpha];
    };
    const over = ([r, g, b, alpha]: Color, below: Color): Color => [
      r * alpha + below[0] * (1 - alpha),
      g * alpha + below[1] * (1 - alpha),
      b * alpha + below[2] * (1 - alpha),
      1,
    ];
    const backgroundOf = (element: Element | null): Color => {
      if (element === null)
        return matchMedia('(prefers-color-scheme: dark)').matches ? [18, 18, 18, 1] : [255, 255, 255, 1];
      const own = toColor(getComputedStyle(element).backgroundColor);
      return own[3] === 1 ? own : over(own, backgroundOf(parentOf(element)));
    };
    const luminance = ([red, green, blue]: Color): number => {
      const [r, g, b] = [red, green, blue].map((part) => {
        const share = part / 255;
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
      }) as [number, number, number];
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const check = (element: Element, css: string, words: string): void => {
      const ground = backgroundOf(element);
      const [light, dark] = [luminance(over(toColor(css), ground)), luminance(ground)].toSorted((a, b) => b - a) as [
        number,
        number,
      ];
      const ratio = (light + 0.05) / (dark + 0.05);
      if (ratio < ratioMin) problems.push(`"${words.slice(0, 40)}" has a contrast of ${ratio.toFixed(2)}`);
    };
    const nameOf = (element: Element): string => {
      const root = element.getRootNode() as Document | ShadowRoot;
      const by = (element.getAttribute('aria-labelledby') ?? '').split(/\s+/).filter(Boolean);
      const isField = element instanceof HTMLTextAreaElement || element instanceof HTMLInputElement;
      const labels = isField ? [...(element.labels ?? [])] : [];
      return [
        element.getAttribute('aria-label'),
        ...by.map((id) => root.getElementById(id)?.textContent),
        ...labels.map((label) => label.textContent),
        element.matches('button, a') ? element.textContent : null,
        element.matches('iframe') ? element.getAttribute('title') : null,
      ]
        .filter(Boolean)
        .join(' ')
        .trim();
    };

    for (const element of all(document)) {
      if (!element.checkVisibility({ visibilityProperty: true })) continue;
      const isControl = element.matches('button, a[href], textarea, input, select, iframe, [tabindex="0"]');
      if (isControl && nameOf(element) === '') problems.push(`no name: ${element.outerHTML.slice(0, 80)}`);
      if (element instanceof HTMLTextAreaElement)
        check(element, getComputedStyle(element, '::placeholder').color, element.placeholder);
      for (const node of element.childNodes)
        if (node instanceof Text && node.data.trim() !== '' && element.localName !== 'style')
          check(element, getComputedStyle(element).color, node.data.trim());
    }
    return problems;
  }, contrastMin);

export interface Stop {
  readonly name: string;
  /** There is an outline or a ring around it, or around the field it is in; a frame marks what is in it. */
  readonly isMarked: boolean;
}

/** Where the Tab key leads, from the start of the document until it leaves it or has made `stopsMax` stops. */
export const tabStops = async (page: Page, stopsMax = 200): Promise<Stop[]> => {
  const stops: Stop[] = [];
  while (stops.length < stopsMax) {
    await page.keyboard.press('Tab');
    const stop = await page.evaluate(() => {
      let element = document.activeElement;
      while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
      if (!element || element === document.body) return null;
      if (element.localName === 'iframe') return { name: element.getAttribute('title') ?? '', isMarked: true };
      const marked = [element, element.closest('.composer')].filter((one) => one !== null);
      const labelled = document.getElementById(element.getAttribute('aria-labelledby') ?? '');
      return {
        name:
          element.getAttribute('aria-label') ??
          labelled?.textContent ??
          element.getAttribute('title') ??
          element.textContent ??
          '',
        isMarked: marked
          .map((one) => getComputedStyle(one))
          .some(({ outlineStyle, boxShadow }) => outlineStyle !== 'none' || boxShadow !== 'none'),
      };
    });
    if (stop === null) break;
    stops.push(stop);
  }
  return stops;
};

/** What axe, which knows the rules of WCAG 2.2 (A and AA) by heart, finds on the page: one line for each. */
export const axeFindings = async (page: Page): Promise<string[]> => {
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const { axe: loaded } = globalThis as unknown as { axe: typeof axe };
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    const { violations } = await loaded.run(document, { runOnly: { type: 'tag', values: tags } });
    return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 120)}`));
  });
};
