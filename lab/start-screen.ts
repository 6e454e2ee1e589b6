/** What the terminal shows once the sandbox runs. */

export interface Running {
  readonly url: string;
  readonly seconds: number;
  /** What answers; empty where answers are quoted. */
  readonly model: string;
  readonly knowledge: string;
  /** Each platform's name with what stands for it. */
  readonly platforms: readonly (readonly [name: string, what: string])[];
  readonly desk: string;
  /** Where the desk is in a browser, and how one gets in. */
  readonly console: string;
  readonly data: string;
  readonly problems: readonly string[];
}

/** One screen: where it is, what runs, what to try, and how it ends. */
export const toStartScreen = ({
  url,
  seconds,
  model,
  knowledge,
  platforms,
  desk,
  console,
  data,
  problems,
}: Running): string => {
  const rows = [
    [
      'Answers',
      model === '' ? 'quoted from the help pages; with ANTHROPIC_API_KEY set, Claude writes them' : `by ${model}`,
    ],
    ['Knowledge', knowledge],
    ...platforms,
    ['Desk', desk],
    ['Console', console],
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
