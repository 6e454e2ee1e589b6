/**
 * Text that only the holder of its conversation's key can read. The one type under which conversation text may be stored:
 * a column or payload that takes `Sealed` cannot be given a plain string.
 */
declare const sealed: unique symbol;
export type Sealed = Buffer & { readonly [sealed]: true };

/** Seals and opens for one conversation. `purpose` is bound in: a body cannot be passed off as a summary. */
export interface Sealer {
  seal(text: string, purpose: string): Sealed;
  /** Throws when the text was altered, or sealed under another key or purpose. */
  open(sealed: Sealed, purpose: string): string;
}

export interface Vault {
  /** Makes a key for a new conversation; the wrapped form is what the store keeps. */
  create(): { sealer: Sealer; wrapped: Buffer };
  unwrap(wrapped: Buffer): Sealer;
  /** A stable, keyed fingerprint: lets a value be looked up without being readable. */
  index(kind: string, value: string): string;
}
