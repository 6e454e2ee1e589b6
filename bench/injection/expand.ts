/** Every reading of a frame, in which `{a|b}` stands for each of its choices. */
const readingsOf = (frame: string): string[] => {
  const [whole, choices] = /\{([^{}]*)\}/.exec(frame) ?? [];
  if (whole === undefined || choices === undefined) return [frame];
  return choices.split('|').flatMap((choice) => readingsOf(frame.replace(whole, () => choice)));
};

/** At most this many readings of one frame, spread over all of them: no frame outweighs the others by having many choices. */
export const expand = (frames: readonly string[], perFrameMax: number): string[] =>
  frames.flatMap((frame) => {
    const all = readingsOf(frame);
    const step = Math.max(1, all.length / perFrameMax);
    return Array.from({ length: Math.min(all.length, perFrameMax) }, (_, index) => all[Math.floor(index * step)] ?? '');
  });
