import { afterEach, vi } from 'vitest';

// Files share their worker: a clock that one of them set stands still for none of the others.
afterEach(() => void vi.useRealTimers());
