import type { Budget } from '#core/channel.ts';
import type { MakeRequest } from './request-guard.ts';

type Call = 'send' | 'edit';
type Rate = Pick<Budget, 'size' | 'refillPerMinute'>;

export interface RouteLimits {
  /** Reads from each answer what the platform takes on that route. */
  learn(makeRequest: MakeRequest): MakeRequest;
  /** What such calls in this room are counted against. */
  budget(call: Call, room: string): Budget;
}

/** Seen on the platform: creates and edits each have 5 in 5 s in a channel. Holds until it says so itself. */
const first: Rate = toRate(5, 5);
const roomsMax = 1000;

/** A burst and a refill that together never ask for more than `limit` calls in any `seconds`. */
function toRate(limit: number, seconds: number): Rate {
  const size = Math.max(1, Math.floor(limit * 0.4));
  return { size, refillPerMinute: (Math.max(1, limit - size) * 60) / seconds };
}

function scopeOf(method: string | undefined, url: string): string | null {
  const room = /\/channels\/(\d+)\/messages(\/\d+)?$/.exec(url);
  if (!room) return null;
  if (method === 'POST' && room[2] === undefined) return `send ${room[1]}`;
  return method === 'PATCH' && room[2] !== undefined ? `edit ${room[1]}` : null;
}

export function createRouteLimits(): RouteLimits {
  const rates = new Map<string, Rate>();

  function note(scope: string, headers: Headers): void {
    const limit = Number(headers.get('x-ratelimit-limit'));
    const seconds = Number(headers.get('x-ratelimit-reset-after'));
    // Only the first call of a window tells how long a whole one is.
    if (!(limit >= 1 && seconds > 0) || Number(headers.get('x-ratelimit-remaining')) !== limit - 1) return;
    rates.delete(scope);
    rates.set(scope, toRate(limit, seconds));
    if (rates.size > roomsMax) rates.delete([...rates.keys()][0] ?? '');
  }

  return {
    learn: (makeRequest) => async (url, init) => {
      const response = await makeRequest(url, init);
      const scope = scopeOf(init.method, url);
      if (scope !== null) note(scope, response.headers as Headers);
      return response;
    },
    budget(call, room) {
      const scope = `${call} ${room}`;
      return { scope, ...(rates.get(scope) ?? first) };
    },
  };
}
