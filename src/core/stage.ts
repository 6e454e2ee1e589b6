import type { Outgoing, SharedFile } from './turn.ts';

/**
 * One turn is a list of named stages. Each takes what the one before it made, so a list in the wrong order,
 * or with a stage left out, does not compile.
 */

export interface PlannedEnd {
  /** What the person is told. */
  readonly tell?: string;
  /** What they are told instead where nobody can take over. */
  readonly tellAlone?: string;
  /** What the person may want to say next. */
  readonly suggestions?: readonly string[];
  /** What was said here is to be forgotten. */
  readonly forgets?: boolean;
  /** Something was asked that no page answers, as it reads without the conversation. */
  readonly missed?: string;
  /** The next part of the last answer goes out. */
  readonly continues?: boolean;
  /** Offer the button that asks for a human. */
  readonly offersHuman?: boolean;
  /** Why a human takes over, if one does. */
  readonly escalate?: string;
  /** How the person found that their case was handled. */
  readonly rated?: { readonly id: string; readonly score: number };
  /** What goes to somebody else: the customer's words to the desk. */
  readonly forward?: readonly Outgoing[];
  /** Files that go with it. */
  readonly shares?: readonly SharedFile[];
}

/** A planned end of the turn, from any stage. */
export class Halt {
  readonly reason: string;
  readonly end: PlannedEnd;

  constructor(reason: string, end: PlannedEnd = {}) {
    this.reason = reason;
    this.end = end;
  }
}

export type Stage<In, Out> = (turn: In) => Promise<Out | Halt>;

/** Wraps each stage as it runs: tracing and timing, never behaviour. */
export type Observe = <T>(stage: string, work: () => Promise<T>) => Promise<T>;

export interface Pipeline<In, Out> {
  readonly stages: readonly string[];
  stage<Next>(name: string, run: Stage<Out, Next>): Pipeline<In, Next>;
  run(turn: In, observe: Observe): Promise<Out | Halt>;
}

const extend = <In, Out>(
  stages: readonly string[],
  run: (turn: In, observe: Observe) => Promise<Out | Halt>,
): Pipeline<In, Out> => ({
  stages,
  run,
  stage: <Next>(name: string, next: Stage<Out, Next>) =>
    extend<In, Next>([...stages, name], async (turn, observe) => {
      const made = await run(turn, observe);
      return made instanceof Halt ? made : observe(name, () => next(made));
    }),
});

export const pipeline = <In>(): Pipeline<In, In> => extend<In, In>([], async (turn) => turn);
