import { setTimeout as sleep } from 'node:timers/promises';
import { type Doors } from './doors.js';
import { clientPhone, type RenderedDelivery, renderScene, type Run, sceneDurationSec } from './render.js';
import { type Scene } from './sample.js';

export interface Playing {
  readonly doors: Pick<Doors, 'deliver'>;
  /** Recorded seconds per second; Infinity: without waiting. */
  readonly speed: number;
  readonly signal: AbortSignal;
  readonly print: (line: string) => void;
}

/** Plays all scenes side by side, each in its own order. Resolves with the number of deliveries that nobody took. */
export async function playOnce(scenes: readonly Scene[], run: Run, playing: Playing): Promise<number> {
  const failures = await Promise.all(scenes.map((scene, index) => playScene(scene, index, run, playing)));
  return failures.reduce((sum, count) => sum + count, 0);
}

/** New calls of new clients, one scene after another, until the signal. */
export async function playForever(scenes: readonly Scene[], accountId: string, playing: Playing): Promise<void> {
  for (;;) {
    for (const [index, scene] of scenes.entries()) {
      if (playing.signal.aborted) return;
      const nowMs = Date.now();
      const run = { accountId, startedAtMs: startOfLive(scene, nowMs, playing.speed), fresh: nowMs };
      await playScene(scene, index, run, playing);
    }
  }
}

/** A sample is over when played: its times lie in the past, as those of a recorded history do. */
export function startOfRecorded(scenes: readonly Scene[], nowMs: number): number {
  return nowMs - Math.max(...scenes.map(sceneDurationSec)) * 1000;
}

/** Played faster than it went, a call began earlier than its first event is sent: none of its times lies in the future. */
function startOfLive(scene: Scene, nowMs: number, speed: number): number {
  return nowMs - Math.max(0, Math.round(sceneDurationSec(scene) * 1000 * (1 - 1 / speed)));
}

async function playScene(scene: Scene, index: number, run: Run, playing: Playing): Promise<number> {
  const phone = clientPhone(scene, run);
  playing.print(`${scene.title}${phone === null ? '' : `, клиент ${phone}`}`);
  let failures = 0;
  let previous: RenderedDelivery | undefined;
  for (const delivery of renderScene(scene, index, run)) {
    if (!(await pause(delivery.atMs - (previous?.atMs ?? run.startedAtMs), playing))) return failures;
    try {
      await playing.doors.deliver(delivery);
    } catch (error) {
      failures += 1;
      playing.print(`${scene.id}: ${error instanceof Error ? error.message : 'not delivered'}`);
    }
    previous = delivery;
  }
  return failures;
}

/** False = stopped meanwhile. */
async function pause(recordedMs: number, { speed, signal }: Playing): Promise<boolean> {
  if (signal.aborted) return false;
  if (recordedMs <= 0 || speed === Infinity) return true;
  await sleep(recordedMs / speed, undefined, { signal }).catch(() => undefined); // woken by the signal
  return !signal.aborted;
}
