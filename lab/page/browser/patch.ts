/**
 * Makes the children of `parent` equal to `next`, leaving every child that is already equal in place. A reply that
 * grows at its end so changes only its last paragraph: no flicker, and selected text above stays selected.
 */
export function patchChildren(parent: Element, next: DocumentFragment): void {
  const wanted = [...next.childNodes];
  wanted.forEach((node, index) => {
    const current = parent.childNodes[index];
    if (!current) parent.append(node);
    else if (!current.isEqualNode(node)) current.replaceWith(node);
  });
  while (parent.childNodes.length > wanted.length) parent.lastChild!.remove();
}

/** Puts the elements in this order under `parent`, moving only those that stand elsewhere, and removes the rest. */
export function arrange(parent: Element, wanted: readonly Element[]): void {
  const kept = new Set(wanted);
  for (const child of parent.querySelectorAll(':scope > *')) if (!kept.has(child)) child.remove();
  wanted.forEach((element, index) => {
    const current = parent.children[index];
    if (current !== element) parent.insertBefore(element, current ?? null);
  });
}
