import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { parse } from 'yaml';

import { openAnthropicLab, type AnthropicLab } from '#lab/anthropic/server.ts';
import type { MessagesRequest } from '#lab/anthropic/validate.ts';
import { openPlatforms, type Platforms } from '#lab/platforms.ts';
import { freePort } from '#test/support/free-port.ts';

import { answerTo, numbersIn } from './answers.ts';
import type { Sentences } from './outputs.ts';
import { openProxy, type Taken } from './proxy.ts';
import { migrate, startWorker, type Worker } from './workers.ts';

/** Where the play takes place: the platforms, the model, a proxy before two workers. */
export interface Stage extends AsyncDisposable {
  readonly platforms: Platforms;
  readonly claude: AnthropicLab;
  readonly workers: readonly Worker[];
  readonly url: string;
  /** The workers' logs. */
  readonly folder: string;
}

const apiKey = 'sk-bench';
const readyMsMax = 60_000;
const requestsMax = 20_000;

/** What the model says when nobody asks it a numbered question: in its summaries, and to a wish for a rest that is not there. */
const notes = 'Notes: the person asks about parcels.';

/** The person's own words stand behind all the rest of a request; what is in them twice is answered twice. */
const answerFor = ({ messages }: MessagesRequest): string => {
  const text = JSON.stringify(messages.at(-1)?.content ?? '');
  const numbers = numbersIn(text.slice(text.lastIndexOf('The person writes:')));
  return numbers.length === 0 ? notes : answerTo(numbers);
};

/** What the product says by itself unless told otherwise. */
export const readSentences = (): Sentences => {
  const read = (path: string): unknown => parse(readFileSync(new URL(path, import.meta.url), 'utf8'));
  const { assistant } = read('../../config/default.yaml') as { readonly assistant: { readonly name: string } };
  const sentences = read('../../prompts/sentences/en.yaml') as Readonly<Record<string, string>>;
  const named = (...names: string[]): string[] =>
    names.map((name) => {
      const sentence = sentences[name];
      if (sentence === undefined) throw new Error(`prompts/sentences/en.yaml has no sentence "${name}" any more.`);
      return sentence.split('{')[0] ?? '';
    });
  return {
    disclosures: Object.entries(sentences)
      .filter(([name]) => /^disclosure(?:@|$)/.test(name))
      .map(([, sentence]) => sentence.replaceAll('{name}', assistant.name)),
    told: named('unavailable', 'unavailableAlone', 'handover', 'nobody', 'busy', 'tooLong', 'blocked'),
    notices: [...named('welcome', 'stopped', 'takenBack', 'joined', 'handedBack', 'resolved', 'noMore'), notes],
  };
};

export const untilUp = async (workers: readonly Worker[], signal?: AbortSignal): Promise<void> => {
  const begunAt = Date.now();
  while (!workers.every((worker) => worker.isUp())) {
    signal?.throwIfAborted();
    if (Date.now() - begunAt > readyMsMax) throw new Error('A worker did not become ready in a minute; see its log.');
    await sleep(50);
  }
};

export interface StageOptions {
  /** The folder that holds the product. */
  readonly tree: string;
  readonly databaseUrl: string;
  readonly masterKey: Buffer;
  readonly onTaken: (taken: Taken) => void;
}

export const openStage = async ({ tree, databaseUrl, masterKey, onTaken }: StageOptions): Promise<Stage> => {
  await using stack = new AsyncDisposableStack();
  const platforms = stack.use(await openPlatforms());
  const claude = stack.use(await openAnthropicLab({ apiKey }));
  claude.script(Array.from({ length: requestsMax }, () => ({ text: answerFor, chunkChars: 40, chunkDelayMs: 40 })));
  const folder = mkdtempSync(join(tmpdir(), 'firstline-faults-'));
  const backends: { url: string; isUp: () => boolean }[] = [];
  const proxy = stack.use(await openProxy(backends, onTaken));
  const environment = {
    ...platforms.environment,
    ANTHROPIC_API_KEY: apiKey,
    ANTHROPIC_BASE_URL: claude.url,
    DATABASE_URL: databaseUrl,
    FIRSTLINE_CONFIG: new URL('../../test/support/empty.yaml', import.meta.url).pathname,
    FIRSTLINE_DATA_DIR: folder,
    FIRSTLINE_MASTER_KEY: masterKey.toString('base64'),
    FIRSTLINE_PUBLIC_URL: proxy.url,
    FIRSTLINE_LIMITS__PER_PERSON: '{ size: 1000, refillPerMinute: 1000 }',
    FIRSTLINE_LIMITS__PER_ORGANIZATION: '{ size: 10000, refillPerMinute: 10000 }',
    FIRSTLINE_MODELS__CLAUDE__FIRST_TOKEN_MS: '5000',
    FIRSTLINE_MODELS__CLAUDE__SILENCE_MS: '5000',
    // The model of the play says what no page does.
    FIRSTLINE_GUARDRAILS__ANSWERS__UNSUPPORTED: 'note',
    // And cites none, which would bring in a person after a while.
    FIRSTLINE_GUARDRAILS__HAND_OVER_SCORE__HAND_OVER_AT: '100',
  };
  await migrate(tree, environment);
  const workers: Worker[] = [];
  for (const name of ['a', 'b']) {
    const worker = startWorker({ name, tree, port: await freePort(), environment, folder });
    stack.defer(worker.stop);
    workers.push(worker);
    backends.push(worker);
  }
  await untilUp(workers);
  platforms.connect(proxy.url);
  // The platform repeats a webhook only where its address asks for it, as the setup page tells people to write it.
  platforms.servers.twilio.setInboundUrl(`${proxy.url}/channels/sms/inbound#rc=3&rp=all`);
  const moved = stack.move();
  return { platforms, claude, workers, url: proxy.url, folder, [Symbol.asyncDispose]: () => moved.disposeAsync() };
};
