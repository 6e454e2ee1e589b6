import type { Hono } from 'hono';
import type { Logger } from 'pino';

import { createAcquaint } from '#conversation/acquaint.ts';
import { createCommitTurn } from '#conversation/commit-turn.ts';
import { createExplain } from '#conversation/explain.ts';
import { createIsMissed } from '#conversation/receipt.ts';
import { createInbox } from '#conversation/inbox.ts';
import { createStops } from '#conversation/stops.ts';
import { createUnsay } from '#conversation/unsay.ts';
import type { Channel } from '#core/channel.ts';
import { type Clock, systemClock } from '#core/clock.ts';
import { given } from '#core/given.ts';
import type { Model } from '#core/model.ts';
import { toReply } from '#delivery/deliver.ts';
import { createToParts } from '#delivery/to-parts.ts';
import { findAsked } from '#guardrails/pii/answer-slot.ts';
import { toCaseAction } from '#escalation/case-draft.ts';
import { createTellUndelivered } from '#escalation/undelivered.ts';
import { wantsHuman } from '#guardrails/wants-human.ts';
import { createLogSeldom } from '#insight/log-seldom.ts';
import { createOnRated } from '#insight/ratings.ts';
import { createMetrics } from '#insight/metrics.ts';
import { createProblems } from '#insight/problems.ts';
import { startWatch } from '#insight/watch.ts';
import type { Embedder } from '#knowledge/embed.ts';
import { readFile } from '#knowledge/read-file.ts';
import { rememberQuestions } from '#knowledge/remember-questions.ts';
import { leans } from '#knowledge/stand-alone.ts';
import { checkMasterKey, loadMasterKey } from '#privacy/master-key.ts';
import { toAsked } from '#knowledge/retrieve.ts';
import { createVault } from '#privacy/vault.ts';
import { askedToStop } from '#store/inbox.ts';
import { openLanes } from '#store/lanes.ts';
import type { Store } from '#store/open.ts';
import { countUndone } from '#store/outbox.ts';
import { createShelves } from '#store/shelves.ts';

import type { Config } from './config.ts';
import { openRetrieval } from './open-retrieval.ts';
import { openSharedFiles } from './open-shared-files.ts';
import { openConsole } from './open-console.ts';
import { openDelivery } from './open-delivery.ts';
import { openDesk } from './open-desk.ts';
import { openGuardrails } from './open-guardrails.ts';
import { openLinking } from './open-linking.ts';
import { openModels } from './open-models.ts';
import type { Parts } from './parts.ts';
import { createPipeline } from './pipeline.ts';
import { createRunTurns } from './run-turns.ts';
import { type OpenServer, openServer } from './server.ts';
import { type StartedChannels, startChannels } from './start-channels.ts';
import { startSweep } from './start-sweep.ts';
import { createSuggest } from './open-suggest.ts';
import { openTracesOf } from './open-traces.ts';
import { openVoice } from './voice.ts';
import { openWebChannel } from './web-journal.ts';

export interface AppParts {
  readonly config: Config;
  readonly store: Store;
  readonly logger: Logger;
  /** The platforms, besides the web. */
  readonly channels: readonly Channel[];
  readonly embedder: Embedder | null;
  readonly clock?: Clock;
  readonly model?: Model;
  readonly extra?: Hono;
}

export interface App {
  readonly url: string;
  readonly model: Model;
  readonly channels: ReadonlyMap<string, Channel>;
  /** Resolves when nothing waits and nothing is to be sent. */
  settled(): Promise<void>;
  stop(): Promise<void>;
}

/** Builds every part once, joins them, and starts. */
export const startApp = async (parts: AppParts): Promise<App> => {
  const { config, store, logger } = parts;
  const { limits } = config;
  const { name, suggestions } = config.assistant;
  const voice = openVoice(config);
  const { say, introduce, askHuman, belowAnswer } = voice;
  const stops = createStops({
    wasAsked: (conversation, after) => askedToStop(store, conversation, after),
    lookMs: limits.stopLookMs,
  });
  const clock = parts.clock ?? systemClock;
  const { key } = loadMasterKey(config.secrets.FIRSTLINE_MASTER_KEY, config.dataFolder);
  const vault = createVault(key);
  await checkMasterKey(store, vault.fingerprint);
  const metrics = createMetrics();
  const traces = openTracesOf(config.secrets);
  const lanes = await openLanes(
    store,
    {
      slots: limits.slots,
      heartbeatSeconds: limits.heartbeatSeconds,
      silenceMs: limits.databaseSilenceMs,
      ...given({ directUrl: config.secrets.DATABASE_DIRECT_URL ?? config.secrets.DATABASE_URL }),
    },
    createLogSeldom(logger, 'the queue had a problem', 10_000),
  );

  const channels = new Map(parts.channels.map((channel) => [channel.name, channel]));
  if (config.web.enabled) channels.set('web', openWebChannel({ store, vault, clock, config }));

  const comesInParts = (channel: string) => channels.get(channel)?.limits.partsAtOnce !== undefined;
  const models = openModels({ config, store, voice, logger, clock, metrics, own: parts.model });
  const { model } = models;
  const embedder = parts.embedder && rememberQuestions(parts.embedder);
  const guardrails = openGuardrails({
    config,
    store,
    vault,
    say,
    ownWords: ({ asked }) => Object.values(voice.textsFor(asked)),
    embedder,
    answerPrompt: models.answerPrompt,
    characterOf: models.characterOf,
    logger,
    count: metrics.guardrails,
  });
  const { exchange } = guardrails.input;
  const files = openSharedFiles({ store, vault, channels, config });
  const isMissed = createIsMissed(models.quoting.isGreeting);
  const explain = createExplain({ store, say });
  const { draft, desk, nudge, ...passing } = openDesk({
    lanes,
    config,
    store,
    vault,
    clock,
    say,
    channels,
    exchange,
    explain: explain.toAgent,
    isMissed,
    scoreOf: guardrails.scoreOf,
    share: files.share,
  });
  const commit = createCommitTurn({
    store,
    lanes,
    toParts: createToParts(channels, say),
    findAsked,
    costOf: models.costOf,
  });
  const delivery = openDelivery({
    readShared: files.read,
    store,
    vault,
    channels,
    lanes,
    clock,
    logger,
    limits,
    onFailed: metrics.failedSends,
  });

  const stages: Parts = {
    open: { say, suggestions },
    obey: {
      store,
      say,
      name,
      comesInParts,
      heldRestMs: limits.heldRestMs,
      explain,
      ...passing.obey,
      linking: openLinking({ store, vault, lanes, say, limits }),
    },
    relay: { store, keptLengthMax: limits.keptLengthMax, share: files.share },
    admit: {
      store,
      textLengthMax: limits.textLengthMax,
      wantsHuman,
      perPerson: limits.perPerson,
      perOrganization: limits.perOrganization,
      allowanceOf: models.allowanceOf,
      say,
    },
    readFiles: {
      channels,
      clock,
      model,
      readFile: (bytes) => readFile(bytes, config.knowledge.files),
      filesMax: limits.filesMax,
      lengthMax: limits.fileLengthMax,
      textLengthMax: limits.fileTextLengthMax,
      say,
    },
    guardInput: guardrails.input,
    moderate: guardrails.moderate,
    keepToTopic: guardrails.keepToTopic,
    recall: {
      store,
      cacheMs: limits.promptCacheMs,
      messagesMax: limits.recentMessagesMax,
      // One that leans on the question before it is searched for behind that one.
      foresee: (question) => void (leans(question) || embedder?.foresee(toAsked(question))),
    },
    retrieve: openRetrieval({ config, store, embedder, logger }),
    knowIncident: passing.knowIncident,
    clarify: { store, say, ...models.quoting },
    generate: { ...models.generating, systemOf: guardrails.systemOf },
    guardOutput: guardrails.output,
    deliver: {
      store,
      clock,
      channels,
      sendRow: delivery.sendRow,
      pace: delivery.pace,
      introduce,
      onFirstText: metrics.firstText,
      say,
    },
    escalate: passing.escalate,
    record: { commit, clock, introduce, toOutgoing: toReply, answerActions: belowAnswer, isMissed },
    summarize: models.summarizing.summarize,
  };

  const runTurns = createRunTurns({
    acquaint: createAcquaint({ store, channels }),
    store,
    vault,
    clock,
    logger,
    pipeline: createPipeline(stages),
    suggest: createSuggest({ store, exchange, stages }),
    commit,
    draft,
    exchange,
    desk,
    trace: traces.begin,
    count: metrics.turns,
    onRated: createOnRated(metrics, traces),
    eventsPerTurnMax: limits.eventsPerTurnMax,
    attemptsMax: limits.turnAttemptsMax,
    retryDelayMs: limits.retryMs,
    interruptsMax: config.turns.newWords === 'interrupt' ? limits.interruptsMax : 0,
    tellUndelivered: createTellUndelivered({ store, channels, draft }),
    say,
    toLanguage: voice.toLanguage,
    stops,
    hasQuietHours: (channel) => config.quietHours[channel] !== undefined,
    unsay: createUnsay({ store, exchange }),
    introduce,
    humanAction: askHuman,
  });
  const endSweep = startSweep({
    store,
    logger,
    everyMs: limits.sweepMs,
    quotedMs: limits.quotedMs,
    sharedFileMs: limits.sharedFileMs,
    nudge,
    wake: delivery.wake,
  });

  const inbox = createInbox({
    store,
    lanes,
    vault,
    keptLengthMax: limits.keptLengthMax,
    toCaseAction,
    stops,
    onFeedback: (channel, turn, rating) => {
      metrics.feedback(channel, rating ?? 'withdrawn');
      traces.judge(turn, rating);
    },
    count: metrics.events,
  });
  let started: StartedChannels | null = null;
  const readiness = createProblems({
    store,
    channels,
    clock,
    unconnected: () => started?.problems() ?? ['the channels are connecting'],
    deskTrouble: delivery.deskTrouble,
    readyMs: limits.readyMs,
    clockSkewMs: limits.clockSkewMs,
  });
  const server: OpenServer = await openServer(
    {
      channels,
      metrics,
      logger,
      bodyLengthMax: limits.bodyLengthMax,
      readiness,
      sharedFile: files.respond,
      console: openConsole({ config, store, vault, clock, receive: inbox }),
      ...(parts.extra ? { extra: parts.extra } : {}),
    },
    config.server,
  );
  started = await startChannels({
    channels,
    receive: inbox,
    shelf: createShelves(store, vault.sealerOf('shelves')),
    clock,
    logger,
  });
  await lanes.start({ turns: runTurns, outbox: delivery.dispatch });
  const endWatch = startWatch({
    problems: readiness,
    logger,
    tell: passing.tell,
    everyMs: limits.watchMs,
  });

  return {
    url: server.url,
    model,
    channels,
    settled: async () => {
      for (;;) {
        if ((await countUndone(store)) === 0) return models.settled();
        await clock.wait(10);
      }
    },
    stop: async () => {
      endSweep();
      guardrails[Symbol.dispose]();
      await endWatch();
      delivery.stop();
      await started?.stop();
      await server.close();
      await lanes.stop(limits.stopMs);
      await models.stop();
      await traces.stop(5000);
    },
  };
};
