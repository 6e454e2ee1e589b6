import { p, Type } from '@mikro-orm/core';

import type { Sealed } from '#core/sealed.ts';

/** The one column type for conversation text: takes only `Sealed`, so a plain string does not compile. */
export class SealedType extends Type<Sealed | null, Uint8Array | null> {
  override convertToJSValue(value: Uint8Array | null): Sealed | null {
    return value === null ? null : (Buffer.from(value) as Sealed);
  }
  override getColumnType(): string {
    return 'bytea';
  }
  override compareAsType(): string {
    return 'Buffer';
  }
}

export const sealed = () => p.type(SealedType).$type<Sealed>();

/** Whose row it is. Organization and person lead the key of every row that belongs to somebody. */
export const owner = { organization: p.text().primary(), person: p.uuid().primary() };
export const partOfConversation = { ...owner, conversation: p.uuid().primary() };
