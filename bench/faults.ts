import { parseArgs } from 'node:util';

import { breakNames, type BreakName } from './faults/broken.ts';
import { describe, isGood, toFaultLines, toTables } from './faults/report.ts';
import { runFaults } from './faults/run.ts';
import { progressTo } from './faults/progress.ts';

export const usage = `
  npm run bench -- faults [options]        needs DATABASE_URL, a Postgres server where databases can be made

  --turns <n>       rounds of questions over all channels; 1000
  --seed <n>        of everything that is left to chance; 1
  --scale <x>       how often things go wrong, as a multiple of the usual; 1
  --kills <n>       at most so many killings of a worker
  --broken <name>   with a part of the product taken away: ${breakNames.join(', ')}
  --patience <s>    a customer waits so long for an answer before going on; 60
  --settle <s>      seconds for coming to an end when the faults are over; 120
  --shown <n>       offences told in full; 10
`;

const read = (args: readonly string[]) =>
  parseArgs({
    args: [...args],
    options: {
      turns: { type: 'string', default: '1000' },
      seed: { type: 'string', default: '1' },
      scale: { type: 'string', default: '1' },
      kills: { type: 'string', default: 'Infinity' },
      broken: { type: 'string' },
      patience: { type: 'string', default: '60' },
      settle: { type: 'string', default: '120' },
      shown: { type: 'string', default: '10' },
    },
  }).values;

const isBreakName = (name: string): name is BreakName => breakNames.some((one) => one === name);

export const run = async (args: readonly string[]): Promise<void> => {
  const values = read(args);
  const server = process.env['DATABASE_URL'];
  const { broken } = values;
  const isKnown = broken === undefined || isBreakName(broken);
  if (!server || !isKnown) {
    console.error(isKnown ? usage : `There is no "${broken}" to take away.\n${usage}`);
    process.exitCode = 2;
    return;
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
  const verdict = await runFaults({
    server,
    turns: Number(values.turns),
    seed: Number(values.seed),
    scale: Number(values.scale),
    killsMax: Number(values.kills),
    patienceMs: Number(values.patience) * 1000,
    settleMs: Number(values.settle) * 1000,
    onProgress: progressTo(process.stdout),
    ...(broken === undefined ? {} : { broken }),
  });
  console.log(`\n${toTables(verdict)}\n`);
  console.log(
    `${verdict.facts.turns} turns, ${verdict.killings.length} workers killed, ${verdict.ended} ended by themselves, ${verdict.hung} hung at their start, ${verdict.settled ? 'settled' : 'NOT settled'}. Logs: ${verdict.logs}\n`,
  );
  console.log(`Faults that struck:\n${toFaultLines(verdict)}\n`);
  const shown = verdict.offences.slice(0, Number(values.shown));
  for (const offence of shown) console.log(`${describe(offence, verdict)}\n`);
  if (shown.length < verdict.offences.length) console.log(`… and ${verdict.offences.length - shown.length} more.`);
  if (!isGood(verdict)) process.exitCode = 1;
};
