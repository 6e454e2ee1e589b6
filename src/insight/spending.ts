import type { ModelCall, Usage } from '#core/model.ts';
import type { Allowance } from '#core/turn.ts';
import { insertModelCall, spentThisMonth } from '#store/model-calls.ts';
import type { Store } from '#store/open.ts';

export interface BudgetSettings {
  /** Dollars a month; 0 is no limit. */
  readonly monthlyUsd: number;
  /** Share of it from which on a smaller model answers, and then in few words. */
  readonly smallerAt: number;
  readonly shorterAt: number;
}

export interface SpendingParts {
  readonly store: Store;
  readonly costOf: (model: string, usage: Usage) => number;
  readonly budgetOf: (organization: string) => BudgetSettings;
  /** How long a sum that was read is good for; what this process adds to it counts at once. */
  readonly lookMs: number;
  readonly count: (model: string, outcome: string, costMicros: number) => void;
  readonly onFailed: (error: unknown) => void;
  readonly now?: () => number;
}

export interface Spending {
  record(call: ModelCall): void;
  allowanceOf(organization: string): Promise<Allowance>;
  /** Resolves when all that was recorded is written. */
  settled(): Promise<void>;
}

const microsPerUsd = 1_000_000;

const toAllowance = (spentMicros: number, { monthlyUsd, smallerAt, shorterAt }: BudgetSettings): Allowance => {
  const share = spentMicros / (monthlyUsd * microsPerUsd);
  return share >= 1 ? 'none' : share >= shorterAt ? 'shorter' : share >= smallerAt ? 'smaller' : 'full';
};

/** What models cost, call by call, and what each organization may still spend this month. */
export const createSpending = (parts: SpendingParts): Spending => {
  const { store, costOf, budgetOf, lookMs, count, onFailed, now = Date.now } = parts;
  const sums = new Map<string, { micros: number; readAt: number }>();
  const writing = new Set<Promise<unknown>>();

  const spent = async (organization: string): Promise<number> => {
    const known = sums.get(organization);
    if (known && now() - known.readAt < lookMs) return known.micros;
    const micros = await spentThisMonth(store, organization);
    sums.set(organization, { micros, readAt: now() });
    return micros;
  };

  return {
    record: ({ payer, model, outcome, usage }) => {
      const costMicros = costOf(model, usage);
      count(model, outcome, costMicros);
      const sum = sums.get(payer.organization);
      if (sum) sum.micros += costMicros;
      const written = insertModelCall(store, { ...payer, model, outcome, ...usage, costMicros })
        .catch(onFailed)
        .finally(() => writing.delete(written));
      writing.add(written);
    },
    allowanceOf: async (organization) => {
      const budget = budgetOf(organization);
      return budget.monthlyUsd === 0 ? 'full' : toAllowance(await spent(organization), budget);
    },
    settled: async () => void (await Promise.all(writing)),
  };
};
