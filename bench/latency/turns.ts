import { setTimeout as delay } from 'node:timers/promises';

import type { AnthropicLab } from '#lab/anthropic/server.ts';
import type { SlackLab } from '#lab/slack/server.ts';

import type { System } from './systems.ts';

/** When each step of one turn was seen from outside, by `performance.now()`. */
export interface Turn {
  readonly isFirst: boolean;
  readonly sentAt: number;
  readonly acknowledgedAt: number;
  readonly askedAt: number;
  /** The model has written its first sentence. */
  readonly sentenceAt: number;
  readonly shownAt: number;
  /** The model has written its last words. */
  readonly writtenAt: number;
  readonly finalAt: number;
}

export interface Person {
  readonly user: string;
  readonly room: string;
  turns: number;
}

export interface Asking {
  /** How long the model writes; 0 writes all at once. */
  readonly answerMs: number;
  /** By somebody who has never written before. */
  readonly isNew?: boolean;
}

/** A fresh person after so many turns, so that no conversation grows long enough to be summarized. */
const turnsPerPersonMax = 8;
const patienceMs = 20_000;
const chunkChars = 16;

const letters = 'abcdefghijklmnopqrstuvwxyz';
const toTag = (count: number): string =>
  `q${[3, 2, 1, 0].map((place) => letters[Math.floor(count / 26 ** place) % 26]).join('')}x`;

const toAnswer = (tag: string): { first: string; last: string; text: string } => {
  const first = `Your order ${tag} left our house this morning.`;
  const last = `That is all there is to know about ${tag} today.`;
  const text = `${first} It is on its way and will be with you soon. We write to you as soon as it is at your door. If nobody opens, a neighbor may take it for you. ${last}`;
  return { first, last, text };
};

/** People who write to one system over one workspace, and the model that answers them all. */
export const createCrowd = (slack: SlackLab, claude: AnthropicLab) => {
  let count = 0;
  let clock = Date.now() * 1000;
  const looks = new Map<string, () => void>();
  const idle = new Map<string, Person[]>();
  const pending = new Map<string, (index: number) => void>();
  const lost: string[] = [];
  slack.pane.onChange((room) => looks.get(room)?.());

  const take = (system: System, isNew: boolean): Person => {
    const known = isNew ? undefined : idle.get(system.name)?.pop();
    if (known) return known;
    const { id: user } = slack.addUser({ name: `Person ${count}` });
    return { user, room: slack.addRoom({ name: user, kind: 'im', user }).id, turns: 0 };
  };
  const release = (system: System, person: Person): void => {
    if (person.turns >= turnsPerPersonMax) return;
    idle.set(system.name, [...(idle.get(system.name) ?? []), person]);
  };

  /** The answer goes to whoever asked: requests come in any order. */
  const scriptNext = (answerMs: number): void => {
    let mark: (index: number) => void = () => undefined;
    const { text } = toAnswer(toTag(0));
    const chunks = Math.ceil(text.length / chunkChars);
    claude.script({
      chunkChars,
      ...(answerMs > 0 ? { chunkDelayMs: answerMs / chunks } : {}),
      text: (request) => {
        const tag = /\bq[a-z]{4}x\b/.exec(JSON.stringify(request.messages.at(-1)))?.[0] ?? '';
        mark = pending.get(tag) ?? mark;
        mark(-1);
        return toAnswer(tag).text;
      },
      gate: async (index) => mark(index),
    });
  };

  const shows = (room: string, words: string): Promise<number> =>
    new Promise((resolve) => {
      const before = looks.get(room);
      looks.set(room, () => {
        before?.();
        if (slack.pane.view(room).messages.some((message) => message.text.includes(words))) resolve(performance.now());
      });
    });

  const ask = async (system: System, { answerMs, isNew = false }: Asking): Promise<Turn | null> => {
    const person = take(system, isNew);
    const tag = toTag((count += 1));
    const answer = toAnswer(tag);
    const marks = { askedAt: 0, sentenceAt: 0, writtenAt: 0 };
    const sentenceChunk = Math.floor(answer.first.length / chunkChars);
    const lastChunk = Math.ceil(answer.text.length / chunkChars) - 1;
    pending.set(tag, (index) => {
      const now = performance.now();
      if (index === -1) marks.askedAt = now;
      if (index === sentenceChunk) marks.sentenceAt = now;
      if (index === lastChunk) marks.writtenAt = now;
    });
    scriptNext(answerMs);
    const shown = Promise.all([shows(person.room, answer.first), shows(person.room, answer.last)]);
    const ts = String((clock += 1000));
    const sentAt = performance.now();
    const acknowledged = slack
      .deliver({
        type: 'message',
        channel: person.room,
        channel_type: 'im',
        user: person.user,
        ts: `${ts.slice(0, -6)}.${ts.slice(-6)}`,
        text: `Where is my order ${tag}?`,
      })
      .then(() => performance.now());
    const late = new AbortController();
    const ended = await Promise.race([
      Promise.all([acknowledged, shown]),
      delay(patienceMs, null, { signal: late.signal }),
    ]);
    late.abort();
    pending.delete(tag);
    looks.delete(person.room);
    const isFirst = person.turns === 0;
    person.turns += 1;
    if (!ended) {
      lost.push(`${system.name} ${tag}`);
      return null;
    }
    const [acknowledgedAt, [shownAt, finalAt]] = ended;
    release(system, person);
    return { isFirst, sentAt, acknowledgedAt, shownAt, finalAt, ...marks };
  };

  return {
    /** Turns that never ended. */
    lost: lost as readonly string[],

    /** One question every so often, whatever became of the last one; each fifth is the first of somebody new. */
    paced: async (system: System, { everyMs, forMs, ...asking }: Asking & { everyMs: number; forMs: number }) => {
      const asked: Promise<Turn | null>[] = [];
      const until = performance.now() + forMs;
      while (performance.now() < until) {
        asked.push(ask(system, { ...asking, isNew: asked.length % 5 === 0 }));
        await delay(everyMs);
      }
      return (await Promise.all(asked)).filter((turn) => turn !== null);
    },

    /** So many people at once, each with the next question when the last is answered. */
    atOnce: async (system: System, { people, forMs, ...asking }: Asking & { people: number; forMs: number }) => {
      const until = performance.now() + forMs;
      const one = async (): Promise<Turn[]> => {
        const turns: Turn[] = [];
        while (performance.now() < until) {
          const turn = await ask(system, asking);
          if (turn) turns.push(turn);
        }
        return turns;
      };
      return (await Promise.all(Array.from({ length: people }, one))).flat();
    },
  };
};

export type Crowd = ReturnType<typeof createCrowd>;
