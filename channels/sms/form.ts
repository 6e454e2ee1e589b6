/** A webhook's fields; a repeated one is a list. */
export type Form = Readonly<Record<string, string | readonly string[]>>;

/** The value of a field, the first of several; empty where there is none. */
export const field = (form: Form, name: string): string => {
  const value = form[name];
  return typeof value === 'string' ? value : (value?.[0] ?? '');
};
