export interface Progress {
  readonly turns: number;
  readonly turnsMax: number;
  readonly messages: number;
  readonly settled: number;
  readonly killed: number;
  readonly faults: number;
  readonly phase: 'playing' | 'settling';
}

const lineEveryMs = 5000;

/** One line that is written over on a screen, or a line every five seconds in a file. */
export const progressTo = (out: NodeJS.WriteStream): ((progress: Progress) => void) => {
  let lastAt = 0;
  const begunAt = Date.now();
  return ({ turns, turnsMax, messages, settled, killed, faults, phase }) => {
    const line = `${phase} ${Math.round((Date.now() - begunAt) / 1000)} s: ${turns}/${turnsMax} turns said, ${settled}/${messages} messages settled, ${killed} workers killed, ${faults} faults`;
    if (out.isTTY) return void out.write(`\r${line}\u001b[K`);
    if (Date.now() - lastAt < lineEveryMs) return;
    lastAt = Date.now();
    out.write(`${line}\n`);
  };
};
