import { findPersonalData } from './find-personal-data.ts';

/** A line without what is personal in it by its form; what stands in one of the sources has passed the guardrails already. */
export const leaveOutPersonal = (line: string, sources: readonly string[]): string => {
  let left = '';
  let from = 0;
  for (const { start, end, type } of findPersonalData(line, { byFormOnly: true })) {
    const value = line.slice(start, end);
    if (sources.some((source) => source.includes(value))) continue;
    left += `${line.slice(from, start)}[${type}]`;
    from = end;
  }
  return left + line.slice(from);
};
