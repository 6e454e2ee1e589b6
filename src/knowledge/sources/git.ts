import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, realpathSync, rmSync } from 'node:fs';
import { join, sep } from 'node:path';
import { promisify } from 'node:util';

import { SourceError } from './download.ts';

export interface GitSource {
  /** https, ssh or file. */
  readonly url: string;
  readonly branch?: string;
  /** Of the repository, where its documents are; all of it where absent. */
  readonly folder?: string;
}

export interface GitLimits {
  /** Milliseconds for one command. */
  readonly timeoutMs: number;
}

const run = promisify(execFile);
const schemes = /^(?:https|ssh|file):\/\//;
const branchName = /^(?!-)[\w./-]+$/;

/** Nothing of a repository is run, no other one is fetched with it, and nobody is asked for a password. */
const settings = [
  'core.hooksPath=/dev/null',
  'core.fsmonitor=false',
  'protocol.ext.allow=never',
  'submodule.recurse=false',
].flatMap((setting) => ['-c', setting]);
const environment = [
  'GIT_TERMINAL_PROMPT=0',
  'GIT_ALLOW_PROTOCOL=https:ssh:file',
  'GIT_LFS_SKIP_SMUDGE=1',
  'GIT_CONFIG_NOSYSTEM=1',
];
/** Of `env`, where there is no such program. */
const notFound = 127;

/** Brings the latest state of a repository into a folder. Resolves with where its documents are. Rejects with {@link SourceError}. */
export const bringGit = async (source: GitSource, folder: string, { timeoutMs }: GitLimits): Promise<string> => {
  const { url, branch = 'HEAD', folder: within = '.' } = source;
  if (!schemes.test(url)) throw new SourceError(`${url} is no https, ssh or file address of a repository`);
  if (!branchName.test(branch)) throw new SourceError(`${branch} is no name of a branch`);
  mkdirSync(folder, { recursive: true });
  const checkout = join(folder, 'checkout');
  const git = async (...args: readonly string[]): Promise<void> => {
    await run('env', [...environment, 'git', ...settings, ...args], {
      timeout: timeoutMs,
    }).catch((cause: { stderr?: string; code?: unknown }) => {
      if (cause.code === notFound) throw new SourceError('git is not installed, and a source needs it', { cause });
      throw new SourceError(
        `${url} cannot be brought: ${(cause.stderr ?? '').trim().split('\n').at(-1) ?? 'git failed'}`,
        { cause },
      );
    });
  };
  if (!existsSync(join(checkout, '.git'))) {
    rmSync(checkout, { recursive: true, force: true });
    await git('init', '--quiet', checkout);
  }
  const inside = ['-C', checkout];
  await git(...inside, 'fetch', '--quiet', '--depth', '1', '--no-tags', '--no-recurse-submodules', '--', url, branch);
  await git(...inside, 'reset', '--quiet', '--hard', 'FETCH_HEAD');
  await git(...inside, 'clean', '--quiet', '-ffdx');
  const path = join(checkout, within);
  const root = realpathSync(checkout);
  // A link in it may lead anywhere.
  const real = existsSync(path) ? realpathSync(path) : '';
  if (real !== root && !real.startsWith(root + sep))
    throw new SourceError(`${url} has no folder ${within}; check knowledge.sources`);
  return real;
};
