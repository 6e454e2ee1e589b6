import { readArguments, usage, type Arguments } from './arguments.ts';
import { openStand, type Stand } from './stand.ts';

/** Bad arguments, a bad fault file or a taken port. */
const exitUsage = 2;

const describe = ({ server, environment, eventsUrl, seat, note }: Stand): string => {
  const { origin } = new URL(server.url);
  const act = seat && JSON.stringify({ ...seat, text: 'What is the return policy?' });
  return [
    `  ${server.name.padEnd(10)}${server.url}`,
    ...Object.entries(environment).map(([name, value]) => `      ${name}=${value}`),
    ...(note === undefined ? [] : [`    # ${note}`]),
    ...(eventsUrl === undefined ? [] : [`    events to  ${eventsUrl}`]),
    `    look       curl ${origin}/_lab/state`,
    ...(act === undefined ? [] : [`    say        curl ${origin}/_lab/say -d '${act}'`]),
  ].join('\n');
};

const describeFaults = (faults: NonNullable<Arguments['faults']>): string => {
  const { file, script } = faults;
  return `  Faults from ${file}, seed ${script.seed}: ${script.rules.map(({ server, method, fault }) => `${server} ${method} ${fault}`).join(', ')}.`;
};

const start = async (args: Arguments): Promise<Stand[]> => {
  const stands: Stand[] = [];
  try {
    for (const name of args.servers)
      stands.push(await openStand(name, { port: args.portOf(name), bot: args.botOf(name) }));
  } catch (error) {
    await Promise.all(stands.map(({ server }) => server.close()));
    throw error;
  }
  for (const { server } of stands) server.setFaults(args.faults?.script ?? null);
  return stands;
};

const run = async (): Promise<void> => {
  const args = readArguments(process.argv.slice(2));
  if (args.help) return console.log(usage);
  const stands = await start(args);
  console.log(`
${stands.map(describe).join('\n\n')}

${args.faults ? describeFaults(args.faults) : '  Nothing is broken; switch faults on with --faults, or: curl -X PUT --data-binary @file <server>/_lab/faults'}
  Press a button: curl <server>/_lab/press -d '{"room":…,"user":…,"message":…,"action":…}'. Ctrl-C ends the lab.
`);
  await new Promise<void>((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
  await Promise.all(stands.map(({ server }) => server.close()));
  process.exit(0);
};

try {
  await run();
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(exitUsage);
}
