/**
 * One turn is a list of named stages. Each takes what the one before it made, so a list in the wrong order,
 * or with a stage left out, does not compile.
 */

/** A planned end of the turn: what the person is told, and whether a human takes over. */
export class Halt {
  readonly reason: string;
  readonly tell?: string;
  readonly escalate?: string;

  constructor(reason: string, end: { tell?: string; escalate?: string } = {}) {
    this.reason = reason;
    if (end.tell !== undefined) this.tell = end.tell;
    if (end.escalate !== undefined) this.escalate = end.escalate;
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
