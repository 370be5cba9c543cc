import type { Clock } from '@perezvon/amocrm';

/**
 * Waits for `ms`, for the signal, or for `news`, whichever comes first, and leaves nothing behind: what is woken often must
 * not gather a timer and a listener of its signal with each wake.
 */
export function rest(clock: Clock, ms: number, signal: AbortSignal, news?: Promise<unknown>): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const end = (): void => {
      cancel();
      signal.removeEventListener('abort', end);
      resolve();
    };
    const cancel = clock.after(ms, end);
    signal.addEventListener('abort', end, { once: true });
    void news?.then(end, end);
  });
}
