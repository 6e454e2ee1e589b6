import { Command, InvalidArgumentError, Option } from 'commander';

import { ConfigError, StartError, StoreError } from '#core/errors.ts';

import type { Chunking } from './commands/inspect.ts';
import { readConfig } from './config.ts';
import { configuredChannels } from './secrets.ts';

/** sysexits.h: the configuration is wrong. */
const exitConfig = 78;

const read = () => readConfig(process.env);

const start = async (): Promise<void> => {
  const config = read();
  const channels = configuredChannels(config.secrets);
  if (channels.length > 0) {
    console.log(`Configured: ${channels.join(', ')}. Starting in production (serve).`);
    return (await import('./commands/serve.ts')).serve(config);
  }
  console.log('No channel is configured. Starting the sandbox: every platform in a box, on this machine only.');
  const { startSandbox } = await import('#lab/sandbox.ts');
  const { untilStopped } = await import('./commands/until-stopped.ts');
  const sandbox = await startSandbox(readConfig, process.env);
  await untilStopped(sandbox.stop);
  console.log('  Stopped.');
};

const migrate = async (): Promise<void> => {
  const { openDatabase } = await import('./commands/database.ts');
  await using store = await openDatabase(read());
  const applied = await store.migrate();
  console.log(applied.length === 0 ? 'The schema is up to date.' : `Applied: ${applied.join(', ')}`);
};

const toCount = (text: string): number => {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1 || count > 1000) throw new InvalidArgumentError('A number from 1 to 1000.');
  return count;
};

const program = new Command('firstline')
  .description('A self-hosted AI support bot that answers first and hands hard cases to people.')
  .showHelpAfterError();
program.command('start').description('serve when a channel is configured, else the sandbox').action(start);
program
  .command('serve')
  .description('production: needs at least one configured channel')
  .action(async () => (await import('./commands/serve.ts')).serve(read()));
program.command('migrate').description('bring the database schema up to date').action(migrate);
program
  .command('ingest')
  .description('read folders and sources into the knowledge base')
  .argument('[names...]', 'folders, or names in knowledge.sources; default: all of the configuration')
  .option('--no-dense', 'do not compute embeddings')
  .addHelpText(
    'after',
    `
Says of each folder and source how many documents are new, changed, unchanged, removed and refused, and names each refused one with the reason.
Ends with 0 where everything could be read, with 1 where anything was refused or could not be reached, with ${exitConfig} where the configuration is wrong.`,
  )
  .action(async (folders: string[], { dense }: { dense: boolean }) => {
    const { ingest } = await import('./commands/ingest.ts');
    if (!(await ingest(read(), folders, dense))) process.exitCode = 1;
  });
const knowledge = program
  .command('knowledge')
  .description('what answers: its versions, going back, taking a document out');
type KnowledgeCommands = typeof import('./commands/knowledge.ts');
const withKnowledge = async (
  work: (commands: KnowledgeCommands) => Parameters<KnowledgeCommands['onKnowledge']>[1],
): Promise<void> => {
  const commands = await import('./commands/knowledge.ts');
  if (!(await commands.onKnowledge(read(), work(commands)))) process.exitCode = 1;
};
knowledge
  .command('versions')
  .description('what can answer, by source')
  .action(() => withKnowledge(({ printVersions }) => printVersions));
knowledge
  .command('rollback')
  .description('let the version before answer again, at once')
  .argument('<source>', 'as the list of versions names it')
  .action((source: string) =>
    withKnowledge(
      ({ goBack }) =>
        (store, write) =>
          goBack(store, source, write),
    ),
  );
knowledge
  .command('remove')
  .description('take a document out of all answers, at once')
  .argument('<document>', 'its id, such as refunds.md')
  .action((document: string) =>
    withKnowledge(
      ({ takeOut }) =>
        (store, write) =>
          takeOut(store, document, write),
    ),
  );
program
  .command('search')
  .description('lines of {"id","query"} on standard input, lines of {"id","passages"} out')
  .option('--limit <n>', 'passages a query', toCount, 10)
  .option('--no-dense', 'search by words only')
  .action(async (options: { limit: number; dense: boolean }) =>
    (await import('./commands/search.ts')).search(read(), options),
  );
program
  .command('review')
  .description('passages that give orders to the assistant and are held back; --allow lets one answer')
  .option('--allow <id>', 'a passage that may answer, as the list names it')
  .action(async ({ allow }: { allow?: string }) => {
    const { review } = await import('./commands/review.ts');
    if (!(await review(read(), allow))) process.exitCode = 1;
  });
program
  .command('inspect')
  .description('lines of {"id","text"} on standard input through the guardrails')
  .addOption(
    new Option('--direction <way>', 'what people write, or what the assistant does')
      .choices(['in', 'out'])
      .default('in'),
  )
  .addOption(
    new Option('--chunks <size>', 'for out: how the text is cut into deltas')
      .choices(['1', '4', 'random', 'whole'])
      .default('whole'),
  )
  .action(async ({ direction, chunks }: { direction: 'in' | 'out'; chunks: Chunking }) =>
    (await import('./commands/inspect.ts')).inspect(read(), direction, chunks),
  );
program
  .command('prompts')
  .description('what language models are told')
  .command('check')
  .description('check the prompts, and print them as a model reads them, with their tokens')
  .option('--organization <id>', 'with its own name, persona, tone and topics', '')
  .action(async ({ organization }: { organization: string }) =>
    (await import('./commands/check-prompts.ts')).checkPrompts(read(), organization),
  );
program
  .command('chat')
  .description('talk with the assistant in this terminal')
  .option('--url <address>', 'a running Firstline; default: one of its own on the same database')
  .action(async ({ url }: { url?: string }) => (await import('./commands/chat.ts')).chat(read(), url));

program
  .command('doctor')
  .description('find what is stuck, or print the life of every message of a conversation')
  .option('--conversation <id>', "a conversation's id, a turn's, an outbox key or a platform's message id")
  .action(async ({ conversation }: { conversation?: string }) => {
    const { doctor } = await import('./commands/doctor.ts');
    if (!(await doctor(read(), conversation))) process.exitCode = 1;
  });

program
  .command('gaps')
  .description(
    'what the knowledge base lacks: questions without an answer, documents that repeat, contradict or are getting old',
  )
  .option('--days <n>', 'how far back', toCount, 30)
  .option('--max <n>', 'lines of each list', toCount, 20)
  .action(async (options: { days: number; max: number }) => (await import('./commands/gaps.ts')).gaps(read(), options));

program
  .command('escalation')
  .description('when a person takes over')
  .command('simulate')
  .description(
    'replay what was recorded against other settings: how many more or fewer would be handed over, and which',
  )
  .requiredOption('--config <file>', 'the settings to try, as FIRSTLINE_CONFIG would name them')
  .option('--days <n>', 'how far back', toCount, 14)
  .option('--max <n>', 'lines of each list', toCount, 20)
  .action(async ({ config, ...options }: { config: string; days: number; max: number }) =>
    (await import('./commands/simulate.ts')).simulate(
      read(),
      readConfig({ ...process.env, FIRSTLINE_CONFIG: config }),
      options,
    ),
  );

program
  .command('teams-app')
  .description('write the app package that is uploaded to Teams')
  .addOption(new Option('--app-id <id>', 'of the Azure bot').env('MicrosoftAppId'))
  .requiredOption('--company <name>', 'whose app it is')
  .requiredOption('--website <url>', 'the company on the web')
  .option('--privacy <url>', 'what happens with data; default: /privacy of the website')
  .option('--terms <url>', 'terms of use; default: /terms of the website')
  .option('--out <file>', 'the package', 'firstline-teams.zip')
  .action(async (options) => (await import('./commands/teams-app.ts')).writeTeamsApp(options));

try {
  await program.parseAsync();
} catch (error) {
  const isOurs = error instanceof ConfigError || error instanceof StartError || error instanceof StoreError;
  console.error(isOurs ? error.message : error);
  process.exitCode = error instanceof ConfigError ? exitConfig : 1;
}
