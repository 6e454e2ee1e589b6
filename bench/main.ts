const benches = {
  start: 'from `npm start` to ready: a first start, and one on the data of the first',
  'first-text': "from the model's first sentence to the first visible words, on every channel of the sandbox",
  latency: 'what Firstline adds to a bare bot: time to each step, turns a second, CPU; needs DATABASE_URL',
  streams:
    'twenty answers that grow at once within the limits of one platform: finals lost, refused calls, how old the text is',
  guard: 'what the guardrails cost, in and out, and on hostile input',
  injection: 'trains the model that scores injection, and shows what it reaches on rows it has not seen',
  'personal-data': 'trains the model that finds names and addresses, and shows what it reaches on rows it has not seen',
  retrieval: 'how long a question takes among many passages, how fast documents are read',
  faults: 'many customers, every fault at once, workers killed: what is lost, said twice or left half said',
} as const;

const name = process.argv[2];

if (name === undefined || !(name in benches)) {
  const list = Object.entries(benches).map(([one, what]) => `  npm run bench -- ${one.padEnd(12)} ${what}`);
  console.error(`${name === undefined ? '' : `There is no bench "${name}". `}There are:\n\n${list.join('\n')}\n`);
  process.exitCode = name === undefined ? 0 : 2;
} else {
  const args = process.argv.slice(3);
  const bench = (await import(`./${name}.ts`)) as {
    readonly usage?: string;
    run(args: readonly string[]): Promise<void>;
  };
  if (args.includes('--help')) console.log(bench.usage ?? `npm run bench -- ${name}   takes no options`);
  else await bench.run(args);
}
