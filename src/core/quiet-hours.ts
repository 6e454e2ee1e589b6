/** When people are not to be disturbed, by the clock where they are: `21:00` to `08:00`. The same twice: never. */
export interface QuietHours {
  readonly from: string;
  readonly to: string;
  /** Where somebody is of whom nobody knows it (IANA), such as Europe/Berlin. */
  readonly zone: string;
}

const minutesOfDay = 24 * 60;
const minuteMs = 60_000;

const toMinute = (time: string): number => {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return hours * 60 + minutes;
};

/** Hours and minutes on a wall in this zone. */
export const wallTime = (now: Date, zone: string): string =>
  now.toLocaleTimeString('en-GB', { timeZone: zone, hour: '2-digit', minute: '2-digit' });

/** When the quiet hours end that are now in this zone; null where they are not. */
export const quietUntil = (now: Date, { from, to }: QuietHours, zone: string): Date | null => {
  const [begin, end, minute] = [toMinute(from), toMinute(to), toMinute(wallTime(now, zone))];
  const isQuiet = begin <= end ? minute >= begin && minute < end : minute >= begin || minute < end;
  if (!isQuiet) return null;
  const leftMinutes = (end - minute + minutesOfDay) % minutesOfDay;
  const then = new Date(Math.floor(now.getTime() / minuteMs + leftMinutes) * minuteMs);
  // The clocks may have been put back meanwhile.
  return quietUntil(then, { from, to, zone }, zone) ?? then;
};
