import { setTimeout as sleep } from 'node:timers/promises';

/** Something that runs, may end by itself, and can be started again. */
export interface Kept {
  readonly name: string;
  /** Of what runs now: resolves when it is gone, with how it ended (`exit code 1`, `SIGKILL` …). */
  readonly exited: Promise<string>;
  /** Resolves when it is ready again. A rejection leaves nothing running; it is told, and tried again later. */
  startAgain(): Promise<void>;
  /** In words, why another try cannot help after this end; null = it may. */
  whyFinal?(end: string): Promise<string | null>;
}

export interface KeepOptions {
  /** Told in words of everything a person should know: a crash, a restart. */
  readonly report: (line: string) => void;
  /** The wait before the first restart; it doubles up to 30 s and begins anew after a minute of calm. */
  readonly firstDelayMs?: number;
  /** Ends the keeping. A start that is under way is waited for; what runs goes on running. */
  readonly signal: AbortSignal;
}

const MAX_DELAY_MS = 30_000;
const CALM_MS = 60_000;

/** Starts something again whenever it ends, until told to leave it alone. */
export async function keepRunning(kept: Kept, { report, firstDelayMs = 500, signal }: KeepOptions): Promise<void> {
  const told = new Promise<undefined>((resolve) => {
    signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
  let delayMs = firstDelayMs;
  while (!signal.aborted) {
    const since = performance.now();
    const end = await Promise.race([kept.exited, told]);
    if (end === undefined || signal.aborted) return;
    const final = await kept.whyFinal?.(end);
    if (final != null) {
      report(final);
      return;
    }
    if (performance.now() - since > CALM_MS) delayMs = firstDelayMs;
    report(`${kept.name} ended (${end}): starting it again in ${String(delayMs / 1000)} s`);
    await sleep(delayMs, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    delayMs = Math.min(delayMs * 2, MAX_DELAY_MS);
    await kept.startAgain().then(
      () => report(`${kept.name} is ready again`),
      (error: unknown) => report(error instanceof Error ? error.message : String(error)),
    );
  }
}
