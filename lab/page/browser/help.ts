import { renderMarkup } from './markup.ts';

/** A help page comes as its Markdown, readable without this; here it is drawn as an answer would be. */
for (const source of document.querySelectorAll<HTMLElement>('[data-markdown]')) {
  source.replaceWith(renderMarkup(source.textContent ?? '', 'markdown'));
}
