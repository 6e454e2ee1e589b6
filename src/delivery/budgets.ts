import type { Budget, Channel, ThreadKey } from '#core/channel.ts';
import { blockBudget, takeBudget } from '#store/budgets.ts';
import type { Store } from '#store/open.ts';

/**
 * Words that grow give way to final texts and to agents: these are never taken back, and may use the whole budget. The first words
 * of an answer give way less: somebody sees nothing yet.
 */
export type Use = 'first' | 'growth' | 'final';

/** Of the reserve that growing words leave untouched. */
const respects: Readonly<Record<Use, number>> = { first: 0.5, growth: 1, final: 0 };

export interface Budgets {
  /**
   * Takes one call over all processes; 0, or the milliseconds until it may be tried again. The first words of a growing answer
   * take an edit as well where edits are counted apart: when those run short, new answers wait and come whole, by one call.
   */
  take(channel: Channel, thread: ThreadKey, call: 'send' | 'edit', use: Use): Promise<number>;
  /** The platform itself said to wait: everybody does. */
  block(channel: Channel, thread: ThreadKey, call: 'send' | 'edit', waitMs: number): Promise<void>;
}

export interface BudgetsParts {
  readonly store: Store;
  /** A fingerprint that tells scopes apart without telling what they are: a scope may hold a phone number. */
  readonly index: (scope: string) => string;
  /** Share of a budget that growing words leave untouched. */
  readonly reserveShare: number;
}

export const createBudgets = ({ store, index, reserveShare }: BudgetsParts): Budgets => {
  const budgetOf = (channel: Channel, thread: ThreadKey, call: 'send' | 'edit'): Budget | null => {
    const budget = channel.budget?.(thread, call);
    if (!budget) return null;
    const named = <Named extends { readonly scope: string }>(one: Named): Named => ({
      ...one,
      scope: index(`${channel.name}:${one.scope}`),
    });
    return { ...named(budget), ...(budget.longer ? { longer: named(budget.longer) } : {}) };
  };
  /** The shorter time first: it refuses more often, and what is taken from it in vain soon comes back. */
  const takeOf = async ({ longer, ...budget }: Budget, respect: number): Promise<number> => {
    const keep = ({ size }: { readonly size: number }): number => size * reserveShare * respect;
    const waitMs = await takeBudget(store, budget, keep(budget));
    return waitMs === 0 && longer ? takeBudget(store, longer, keep(longer)) : waitMs;
  };
  return {
    take: async (channel, thread, call, use) => {
      const budget = budgetOf(channel, thread, call);
      if (!budget) return 0;
      const edits = use === 'first' && call === 'send' ? budgetOf(channel, thread, 'edit') : null;
      if (edits && edits.scope !== budget.scope) {
        const waitMs = await takeOf(edits, respects[use]);
        if (waitMs > 0) return waitMs;
      }
      return takeOf(budget, respects[use]);
    },
    block: async (channel, thread, call, waitMs) => {
      const budget = budgetOf(channel, thread, call);
      if (budget) await blockBudget(store, budget, waitMs);
    },
  };
};
