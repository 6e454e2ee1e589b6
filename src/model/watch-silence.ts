/** Aborts when nothing was heard for `silenceMs`, or when the outer signal does. */
export const watchSilence = (silenceMs: number, outer: AbortSignal) => {
  const own = new AbortController();
  let timer = setTimeout(() => own.abort(), silenceMs);
  return {
    signal: AbortSignal.any([own.signal, outer]),
    isSilent: () => own.signal.aborted,
    heard: () => {
      clearTimeout(timer);
      timer = setTimeout(() => own.abort(), silenceMs);
    },
    [Symbol.dispose]: () => clearTimeout(timer),
  };
};
