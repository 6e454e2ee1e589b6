export interface Progress {
  /** Says what is being done before there is something to count. */
  say(words: string): void;
  show(done: number, total: number): void;
  /** Takes the bar away; what is shown next begins anew. */
  end(): void;
}

const barColumns = 32;
/** A log tells of so many at a time. */
const lineEvery = 100;

export const toBar = (done: number, total: number): string => {
  const full = total === 0 ? barColumns : Math.round((Math.min(done, total) / total) * barColumns);
  return `${'█'.repeat(full)}${'░'.repeat(barColumns - full)}`;
};

/** A bar that is drawn over itself on a terminal; into a file or a pipe go plain lines. */
export const createProgress = (unit: string, output: Pick<NodeJS.WriteStream, 'isTTY' | 'write'>): Progress => {
  let shown = 0;
  const draw = (line: string): void => {
    output.write(`\r\u001B[K${line}`);
  };
  const tell = (done: number, total: number): void => {
    if (shown === 0) output.write(`  Reading ${total} ${unit}\n`);
    if (done !== shown && done % lineEvery === 0) output.write(`  ${done} of ${total} ${unit}\n`);
  };
  return {
    say: (words) => {
      if (output.isTTY) draw(`  ${words}`);
    },
    show: (done, total) => {
      if (output.isTTY) draw(`  ${toBar(done, total)} ${done} of ${total} ${unit}`);
      else tell(done, total);
      shown = done;
    },
    end: () => {
      if (output.isTTY) draw('');
      shown = 0;
    },
  };
};
