/** What the terminal shows while the sandbox starts, and once it runs. */

export interface Progress {
  /** Says what is being done before there is something to count. */
  say(words: string): void;
  /** One of the total is done. */
  advance(): void;
  /** Takes the bar away. */
  end(): void;
}

const barColumns = 32;

export const toBar = (done: number, total: number): string => {
  const full = total === 0 ? barColumns : Math.round((Math.min(done, total) / total) * barColumns);
  return `${'█'.repeat(full)}${'░'.repeat(barColumns - full)}`;
};

/** A bar that is drawn over itself on a terminal; into a file or a pipe goes one plain line. */
export const createProgress = (
  total: number,
  unit: string,
  output: Pick<NodeJS.WriteStream, 'isTTY' | 'write'>,
): Progress => {
  let done = 0;
  const draw = (line: string): void => {
    if (output.isTTY) output.write(`\r\u001B[K${line}`);
  };
  return {
    say: (words) => draw(`  ${words}`),
    advance: () => {
      if (done === 0 && !output.isTTY) output.write(`  Reading ${total} ${unit}\n`);
      done += 1;
      draw(`  ${toBar(done, total)} ${done} of ${total} ${unit}`);
    },
    end: () => draw(''),
  };
};

export interface Running {
  readonly url: string;
  readonly seconds: number;
  /** What answers; empty where answers are quoted. */
  readonly model: string;
  readonly knowledge: string;
  /** Each platform's name with what stands for it. */
  readonly platforms: readonly (readonly [name: string, what: string])[];
  readonly desk: string;
  readonly data: string;
  readonly problems: readonly string[];
}

/** One screen: where it is, what runs, what to try, and how it ends. */
export const toStartScreen = ({ url, seconds, model, knowledge, platforms, desk, data, problems }: Running): string => {
  const rows = [
    [
      'Answers',
      model === '' ? 'quoted from the help pages; with ANTHROPIC_API_KEY set, Claude writes them' : `by ${model}`,
    ],
    ['Knowledge', knowledge],
    ...platforms,
    ['Desk', desk],
    ['Data', data],
    ...problems.map((problem) => ['Note', problem]),
    [],
    ['Try', '1. Ask "What is the return policy?" in any pane, then "And what does it cost?"'],
    ['', '2. Write "I want to talk to a human": a case appears at the desk.'],
    ['', '3. Claim it, type reply … in its thread, then resolve.'],
    [],
    ['Stop', 'Ctrl-C'],
  ];
  const lines = rows.map(([name = '', what = '']) => `  ${name.padEnd(11)}${what}`.trimEnd());
  return `\n  Firstline runs at ${url}   (ready in ${seconds.toFixed(1)} s)\n\n${lines.join('\n')}\n`;
};
