export interface Patience {
  /** Longest wait for the first words. */
  readonly firstTokenMs: number;
  /** Longest silence after them. */
  readonly silenceMs: number;
}

/** Aborts when nothing was heard for too long, or when the outer signal does. */
export const watchSilence = ({ firstTokenMs, silenceMs }: Patience, outer: AbortSignal) => {
  const own = new AbortController();
  let timer = setTimeout(() => own.abort(), firstTokenMs);
  return {
    signal: AbortSignal.any([own.signal, outer]),
    isSilent: () => own.signal.aborted,
    /** Words came. */
    heard: () => {
      clearTimeout(timer);
      timer = setTimeout(() => own.abort(), silenceMs);
    },
    [Symbol.dispose]: () => clearTimeout(timer),
  };
};
