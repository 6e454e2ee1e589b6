import { scoreInjection } from './injection.ts';

/**
 * The rules by which a passage gives orders to the assistant; empty where it gives none. The learned model alone is no reason: a
 * manual tells people what to do all the time.
 */
export const findOrders = (text: string): readonly string[] => {
  const { verdict, rules } = scoreInjection(text);
  const named = rules.filter((rule) => rule !== 'learned');
  return verdict === 'restrict' || verdict === 'refuse' ? named : [];
};
