/** Errors by where it broke, with facts as fields. What people read is never an error's message. */

/** A platform did not take what we sent. */
export class ChannelError extends Error {
  override readonly name = 'ChannelError';
  readonly channel: string;
  /**
   * - `rate_limited`: not now; nothing was shown
   * - `refused`: never; nothing was shown, and a retry would be refused too
   * - `unreachable`: this person or room cannot be written to
   * - `no_consent`: this person has told the platform that they want nothing from us
   * - `ambiguous`: it may have been shown (timeout, 5xx, dropped connection)
   */
  readonly reason: 'rate_limited' | 'refused' | 'unreachable' | 'no_consent' | 'ambiguous';
  readonly code: string;
  readonly retryAfterMs?: number;

  constructor(
    channel: string,
    reason: ChannelError['reason'],
    code: string,
    options: { retryAfterMs?: number; cause?: unknown } = {},
  ) {
    super(`${channel} ${reason}: ${code}`, { cause: options.cause });
    this.channel = channel;
    this.reason = reason;
    this.code = code;
    if (options.retryAfterMs !== undefined) this.retryAfterMs = options.retryAfterMs;
  }
}

/** A language model gave no whole answer. */
export class ModelError extends Error {
  override readonly name = 'ModelError';
  readonly model: string;
  readonly reason: 'overloaded' | 'rate_limited' | 'refused' | 'timeout' | 'cut' | 'invalid' | 'unavailable';
  readonly retryAfterMs?: number;

  constructor(model: string, reason: ModelError['reason'], options: { retryAfterMs?: number; cause?: unknown } = {}) {
    super(`${model} ${reason}`, { cause: options.cause });
    this.model = model;
    this.reason = reason;
    if (options.retryAfterMs !== undefined) this.retryAfterMs = options.retryAfterMs;
  }
}

/** Another worker has taken the lane and will answer: everything this one made is void. */
export class LaneLost extends Error {
  override readonly name = 'LaneLost';
}

/** The person has written more before the answer was whole: it is made anew from all they wrote. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

/** Why a model is told to write no more: the person has enough of this answer. What there is of it stands. */
export class Stopped extends Error {
  override readonly name = 'Stopped';
}

/** Everything that is wrong with the configuration, told at once. The process ends with exit code 78 (EX_CONFIG). */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(
      `The configuration has ${problems.length === 1 ? 'a problem' : `${problems.length} problems`}:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`,
    );
    this.problems = problems;
  }
}

/** The database cannot be used as it is; the message is one sentence that says what to do. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
}

/** The process cannot start on this machine as it is; the message is one sentence that says what to do. */
export class StartError extends Error {
  override readonly name = 'StartError';
}

/** A request that must not be let in: answered with `status`, counted under `reason`, never stored. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly status: 400 | 401 | 403 | 404 | 405 | 413 | 415 | 429 | 503;
  readonly reason: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: Refused['status'], reason: string, headers: Record<string, string> = {}) {
    super(reason);
    this.status = status;
    this.reason = reason;
    this.headers = headers;
  }
}

/** All that may be kept or logged of an error: its message can quote what people wrote. */
export const nameOf = (error: unknown): string => (error instanceof Error ? error.name : 'unknown');
