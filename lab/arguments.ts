import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { readFaultScript, serverNames, type CheckedFaultScript, type ServerName } from './faults/script.ts';

export const usage = `
  npm run lab -- [server ...] [options]

  Starts the platforms in a box, each alone on this machine: ${serverNames.join(', ')}.
  Without a name all of them.

  --faults <file>      breaks them as the file says (YAML or JSON; see lab/faults/script.ts)
  --seed <n>           the chances of the faults, instead of the file's own seed
  --port-base <n>      ports n to n+${serverNames.length - 1}, in the order above; free ones unless told
  --bot <url>          where the bot listens; http://localhost:3000 unless told
  --bot <server>=<url> the whole address that server sends its events to
  --help               this text

  A fault file is a list of rules, such as
    - { server: slack, method: chat.postMessage, fault: applied_then_cut, probability: 0.1, times: 3, after: 5 }
  The names a method is matched with:
    slack      chat.postMessage ..., response_url, events/<type>, interactivity, socket
    teams      POST conversations/*/activities ..., oauth2/v2.0/token, events/<activity type>
    discord    POST /channels/*/messages ..., gateway/<EVENT>
    twilio     Messages.create ..., events/inbound, events/status
    anthropic  v1/messages
    langfuse   api/public/otel/v1/traces, api/public/scores
`;

export interface Arguments {
  readonly help: boolean;
  readonly servers: readonly ServerName[];
  readonly faults: { readonly file: string; readonly script: CheckedFaultScript } | null;
  /** The port of a server; 0 takes a free one. */
  portOf(server: ServerName): number;
  /** Where a server finds the bot. */
  botOf(server: ServerName): { readonly baseUrl: string; readonly eventsUrl?: string };
}

const isServer = (name: string): name is ServerName => serverNames.some((server) => server === name);

const serverOf = (name: string): ServerName => {
  if (!isServer(name)) throw new Error(`There is no server "${name}"; there are ${serverNames.join(', ')}.`);
  return name;
};

const numberOf = (option: string, value: string | undefined, max: number): number | undefined => {
  if (value === undefined) return undefined;
  const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
  if (!(number <= max)) throw new Error(`--${option} takes a whole number up to ${max}, not "${value}".`);
  return number;
};

const urlOf = (value: string): string => {
  if (!URL.canParse(value) || !/^https?:$/.test(new URL(value).protocol))
    throw new Error(`--bot takes an http address, or server=address, not "${value}".`);
  return value.replace(/\/$/, '');
};

const readFaults = (file: string, seed: number | undefined): Arguments['faults'] => {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new Error(`The fault file ${file} cannot be read (${(error as NodeJS.ErrnoException).code}).`, {
      cause: error,
    });
  }
  const script = readFaultScript(text);
  return { file, script: seed === undefined ? script : { ...script, seed } };
};

const parse = (args: readonly string[]) => {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        faults: { type: 'string' },
        seed: { type: 'string' },
        'port-base': { type: 'string' },
        bot: { type: 'string', multiple: true },
        help: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    const [reason] = (error as Error).message.split(/\. |\n/);
    throw new Error(`${reason?.replace(/\.$/, '')}; --help tells what there is.`, { cause: error });
  }
};

/** Throws one sentence. */
export const readArguments = (args: readonly string[]): Arguments => {
  const { values, positionals } = parse(args);
  const named = new Set(positionals.map(serverOf));
  const seed = numberOf('seed', values.seed, 0xffff_ffff);
  const portBase = numberOf('port-base', values['port-base'], 65_535 - serverNames.length);
  let baseUrl = 'http://localhost:3000';
  const eventsUrls = new Map<ServerName, string>();
  for (const value of values.bot ?? []) {
    const [, name, url] = /^(\w+)=(.*)$/.exec(value) ?? [];
    if (name !== undefined && url !== undefined) eventsUrls.set(serverOf(name), urlOf(url));
    else baseUrl = urlOf(value);
  }
  return {
    help: values.help,
    servers: serverNames.filter((name) => named.size === 0 || named.has(name)),
    faults: values.faults === undefined ? null : readFaults(values.faults, seed),
    portOf: (server) => (portBase ? portBase + serverNames.indexOf(server) : 0),
    botOf: (server) => {
      const eventsUrl = eventsUrls.get(server);
      return { baseUrl, ...(eventsUrl === undefined ? {} : { eventsUrl }) };
    },
  };
};
