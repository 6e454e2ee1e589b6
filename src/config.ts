import { existsSync, readFileSync } from 'node:fs';

import { parse } from 'yaml';
import { z } from 'zod';

import { smsSettings } from '#channels/sms/config.ts';
import { webConfig } from '#channels/web/config.ts';
import { ConfigError } from '#core/errors.ts';
import { sentiments } from '#core/model.ts';
import { harmActions, harms } from '#core/moderation.ts';
import { days } from '#core/opening-hours.ts';
import { knowledge } from '#knowledge/config.ts';
import { answering, models } from '#model/config.ts';
import { hardTriggers } from '#guardrails/hard-trigger.ts';
import { contactTreatments, contactTypes, secretTreatments, secretTypes } from '#guardrails/pii/personal-data.ts';

import { readSecrets, type Secrets } from './secrets.ts';

const count = z.number().int().positive();
const share = z.number().min(0).max(1);
const bucket = z.strictObject({ size: count, refillPerMinute: z.number().positive() });

const toSettings = <Type extends string, Value>(types: readonly Type[], value: Value) =>
  Object.fromEntries(types.map((type) => [type, value])) as Record<Type, Value>;

const topics = z.array(z.strictObject({ name: z.string().min(1), examples: z.array(z.string().min(1)).min(1) }));

const points = z.number().min(0).max(100);

/** What may come in and go out; an organization may have its own. */
const guardrails = z.strictObject({
  handOver: z.array(z.enum(hardTriggers)),
  handOverScore: z.strictObject({
    handOverAt: z.number().positive(),
    missed: points,
    missedMax: points,
    repeated: points,
    upset: points,
    angry: points,
    worse: points,
    long: points,
    longTurns: count,
    important: points,
  }),
  personalData: z.strictObject({
    ...toSettings(secretTypes, z.enum(secretTreatments)),
    ...toSettings(contactTypes, z.enum(contactTreatments)),
  }),
  topics: z.strictObject({ allow: topics, deny: topics }),
  moderation: z.strictObject({
    actions: z.record(z.enum(harms), z.enum(harmActions)),
    onFailure: z.enum(harmActions),
    waitMs: count,
  }),
  answers: z.strictObject({
    unsupported: z.enum(['replace', 'note']),
    wrongMax: share,
    wrongBefore: z.strictObject({ cited: share, uncited: share }),
  }),
});
export type GuardrailSettings = z.infer<typeof guardrails>;
const time = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, 'a time is written as 21:00');
const isZone = (zone: string): boolean => Intl.supportedValuesOf('timeZone').includes(zone) || zone === 'UTC';
const zone = z.string().refine(isZone, 'no such time zone');
const quietHours = z.strictObject({ from: time, to: time, zone });

/** What the YAML files hold. The defaults, units and reasons are in config/default.yaml. */
const settings = z.strictObject({
  assistant: answering.extend({
    language: z.string().length(2),
    suggestions: z.array(z.string().min(1).max(80)).max(4),
  }),
  server: z.strictObject({
    port: z.number().int().min(0).max(65_535),
    host: z.string().min(1),
    keepAliveMs: count,
  }),
  turns: z.strictObject({ newWords: z.enum(['wait', 'interrupt']) }),
  desk: z.strictObject({
    channel: z.enum(['', 'slack', 'teams', 'discord']),
    room: z.string(),
    hours: z.strictObject({
      zone,
      days: z.partialRecord(z.enum(days), z.string().regex(/^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-4]):[0-5]\d$/)),
      holidays: z.array(z.iso.date()),
    }),
    tickets: z.enum(['', 'zendesk']),
    nudgeMs: z.number().int().min(0),
    onCall: z.string().max(100),
    talk: z.enum(['private', 'shared']),
    undoMs: z.number().int().min(0).max(60_000),
    ratingRestMs: z.number().int().min(0),
    ratingMs: count,
    handOverOn: z.strictObject({ needsHuman: z.boolean(), sentiments: z.array(z.enum(sentiments)) }),
  }),
  quietHours: z.record(z.string(), quietHours),
  web: webConfig,
  sms: smsSettings,
  links: z.strictObject({ allowedHosts: z.array(z.string()) }),
  guardrails,
  organizations: z.record(z.string(), z.strictObject({ guardrails, assistant: answering })),
  models,
  moderators: z.strictObject({ model: z.string(), llamaGuardUrl: z.string(), llamaGuardModel: z.string() }),
  knowledge,
  limits: z.strictObject({
    bodyLengthMax: count,
    textLengthMax: count,
    keptLengthMax: count,
    eventsPerTurnMax: count,
    linkCodeMs: count,
    linkTries: bucket,
    filesMax: count,
    fileLengthMax: count,
    fileTextLengthMax: count,
    sharedFileLengthMax: count,
    sharedFileMs: count,
    consoleListMax: count,
    consoleSaidMax: count,
    consoleTriesMax: count,
    passagesMax: count,
    perPerson: bucket,
    perOrganization: bucket,
    contextTokens: count,
    contextCapShare: share,
    promptCacheMs: count,
    quotedMs: count,
    summaryStartShare: share,
    summaryShare: share,
    foldedMessagesMax: count,
    recentMessagesMax: count,
    answerMs: count,
    modelRetriesMax: z.number().int().min(0),
    spendingLookMs: count,
    turnAttemptsMax: count,
    retryMs: count,
    sendAgeMs: count,
    heldRestMs: count,
    freshMs: count,
    editGrowthMin: count,
    editPatienceMs: count,
    editIntervalMs: count,
    editSettleMs: count,
    budgetReserveShare: z.number().min(0).max(0.9),
    stopLookMs: count,
    interruptsMax: z.number().int().min(0),
    slots: count,
    heartbeatSeconds: z.number().int().min(10),
    sweepMs: count,
    stopMs: count,
    connectionsMax: count,
    databaseSilenceMs: count,
    readyMs: count,
    clockSkewMs: count,
    watchMs: count,
    webConnectionsPerPersonMax: count,
  }),
  sentences: z.record(z.string(), z.record(z.string(), z.string())),
});

/** Credentials and hosts, from the environment only, as each vendor spells them. */
export type Config = z.infer<typeof settings> & {
  readonly secrets: Secrets;
  readonly dataFolder: string;
  /** The operator's own settings, if there are any. */
  readonly file: string | null;
  /** The same from the files as they are now. Throws ConfigError. */
  reread(): Config;
};

/** Variables with our prefix that are not paths into the settings. */
const reserved = new Set([
  'FIRSTLINE_CONFIG',
  'FIRSTLINE_DATA_DIR',
  'FIRSTLINE_PUBLIC_URL',
  'FIRSTLINE_MASTER_KEY',
  'FIRSTLINE_WEB_IDENTITY_SECRET',
  'FIRSTLINE_CONSOLE_PASSWORD',
  'FIRSTLINE_DATA',
]);

type Tree = Record<string, unknown>;
const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value);

const merge = (base: Tree, over: Tree): Tree => {
  const merged: Tree = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const under = merged[key];
    merged[key] = isTree(value) && isTree(under) ? merge(under, value) : value;
  }
  return merged;
};

/** An organization writes down only what is different for it. */
const withOrganizations = (tree: Tree): Tree => {
  const { guardrails: common, assistant, organizations } = tree;
  if (!isTree(common) || !isTree(assistant) || !isTree(organizations)) return tree;
  const answers = Object.fromEntries(Object.keys(answering.shape).map((name) => [name, assistant[name]]));
  const whole = Object.entries(organizations).map(([name, own]) => [
    name,
    merge({ guardrails: common, assistant: answers }, isTree(own) ? own : {}),
  ]);
  return { ...tree, organizations: Object.fromEntries(whole) };
};

/**
 * `FIRSTLINE_DESK__CHANNEL=slack` becomes `{ desk: { channel: 'slack' } }`, by the spelling of the defaults; a word of a name
 * may be set off by one underscore or not (`TEXT_LENGTH_MAX`, `TEXTLENGTHMAX`).
 */
const fromEnvironment = (environment: NodeJS.ProcessEnv, defaults: Tree, problems: string[]): Tree => {
  const over: Tree = {};
  for (const [name, value] of Object.entries(environment)) {
    if (!name.startsWith('FIRSTLINE_') || reserved.has(name) || value === undefined) continue;
    let known: unknown = defaults;
    let place = over;
    const path = name.slice('FIRSTLINE_'.length).split('__');
    for (const [index, part] of path.entries()) {
      const key = isTree(known)
        ? Object.keys(known).find((one) => one.toLowerCase() === part.replaceAll('_', '').toLowerCase())
        : undefined;
      if (key === undefined || !isTree(known)) {
        problems.push(`${name} names no setting. See config/default.yaml for the settings there are.`);
        break;
      }
      known = known[key];
      if (index === path.length - 1) place[key] = typeof known === 'string' ? value : parse(value);
      else {
        const next = isTree(place[key]) ? place[key] : {};
        place[key] = next;
        place = next;
      }
    }
  }
  return over;
};

const readYaml = (path: string, problems: string[]): Tree => {
  try {
    const tree: unknown = parse(readFileSync(path, 'utf8')) ?? {};
    if (isTree(tree)) return tree;
    problems.push(`${path} must hold settings by name.`);
  } catch (error) {
    problems.push(`${path} cannot be read: ${(error instanceof Error ? error.message : String(error)).split('\n')[0]}`);
  }
  return {};
};

/** Reads everything that can be set, once; the only reader of the environment. Throws ConfigError with every problem. */
export const readConfig = (environment: NodeJS.ProcessEnv, overrides: Tree = {}): Config => {
  const problems: string[] = [];
  const defaults = readYaml(new URL('../config/default.yaml', import.meta.url).pathname, problems);
  const localPath = environment['FIRSTLINE_CONFIG'] ?? new URL('../config/local.yaml', import.meta.url).pathname;
  const file = environment['FIRSTLINE_CONFIG'] || existsSync(localPath) ? localPath : null;
  const local = file === null ? {} : readYaml(file, problems);
  const port = environment['PORT'] ? { server: { port: Number(environment['PORT']) } } : {};
  const layers = [local, fromEnvironment(environment, defaults, problems), port, overrides];
  const parsed = settings.safeParse(withOrganizations(layers.reduce(merge, defaults)));
  const secrets = readSecrets(environment, problems);
  if (!parsed.success)
    problems.push(...parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`));
  else if (parsed.data.desk.channel !== '' && parsed.data.desk.room === '')
    problems.push('desk.room must name the room of the desk (FIRSTLINE_DESK__ROOM), since desk.channel is set.');
  if (problems.length > 0 || !parsed.success) throw new ConfigError(problems);
  return {
    ...parsed.data,
    secrets,
    dataFolder: environment['FIRSTLINE_DATA_DIR'] ?? '.firstline',
    file,
    reread: () => readConfig(environment, overrides),
  };
};
