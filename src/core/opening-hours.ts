/** When people are there, by the wall clock of one place. */
export interface OpeningHours {
  /** Of the place (IANA), such as Europe/Berlin. */
  readonly zone: string;
  /** By day of the week, as `09:00-17:00`; a day that is not here is closed. None at all: always open. */
  readonly days: Readonly<Partial<Record<Day, string>>>;
  /** Days on which they are closed all the same, as 2026-12-25. */
  readonly holidays: readonly string[];
}

export const days = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;
export type Day = (typeof days)[number];

const minuteMs = 60_000;
/** Nobody is closed for longer than this; where the settings say so, nothing is promised. */
const lookAheadDays = 30;

interface Wall {
  readonly date: string;
  readonly day: Day;
  readonly minute: number;
}

const toMinute = (time: string): number => {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return hours * 60 + minutes;
};

const wallAt = (at: Date, zone: string): Wall => {
  const parts = Object.fromEntries(
    new Intl.DateTimeFormat('en-CA', {
      timeZone: zone,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      weekday: 'long',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    })
      .formatToParts(at)
      .map(({ type, value }) => [type, value]),
  );
  return {
    date: `${parts['year']}-${parts['month']}-${parts['day']}`,
    day: (parts['weekday'] ?? '').toLowerCase() as Day,
    minute: toMinute(`${parts['hour']}:${parts['minute']}`),
  };
};

/** Minutes of the day from and until which they are there. */
const openOn = ({ days: open, holidays }: OpeningHours, { date, day }: Wall): readonly [number, number] | null => {
  const span = holidays.includes(date) ? undefined : open[day];
  const [from, until] = span?.split('-').map(toMinute) ?? [];
  return from === undefined || until === undefined ? null : [from, until];
};

/** When somebody is there again; null where somebody is there now, always, or for nobody knows how long not. */
export const opensAt = (now: Date, hours: OpeningHours): Date | null => {
  if (Object.keys(hours.days).length === 0) return null;
  const first = wallAt(now, hours.zone);
  const today = openOn(hours, first);
  if (today && first.minute >= today[0] && first.minute < today[1]) return null;
  const thisMinute = Math.floor(now.getTime() / minuteMs) * minuteMs;
  for (let ahead = 0; ahead <= lookAheadDays; ahead += 1) {
    // From noon to noon: a day that the clocks are changed on is still one day further.
    const noon = new Date(thisMinute + (12 * 60 - first.minute + ahead * 24 * 60) * minuteMs);
    const wall = wallAt(noon, hours.zone);
    const span = openOn(hours, wall);
    if (!span || (ahead === 0 && first.minute >= span[1])) continue;
    return new Date(noon.getTime() + (span[0] - wall.minute) * minuteMs);
  }
  return null;
};
