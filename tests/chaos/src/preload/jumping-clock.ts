/**
 * Loaded into a writer before its program: its wall clock jumps by up to ±5 minutes every second or so, and never agrees
 * with anybody's. The monotonic clock is left alone, as a machine does when its time is set. `CHAOS_SEED` tells the jumps,
 * `CHAOS_TOLL` is told of each.
 */
import { appendFileSync } from 'node:fs';
import { Dice } from '../rig/dice.js';

const FARTHEST_MS = 5 * 60_000;
const dice = new Dice(Number(process.env['CHAOS_SEED'] ?? '1'));
const tollFile = process.env['CHAOS_TOLL'];
const RealDate = Date;
let offsetMs = dice.between(-FARTHEST_MS, FARTHEST_MS);

class JumpingDate extends RealDate {
  constructor(...given: unknown[]) {
    // Of the many forms of the real constructor only the empty one asks for the time.
    super(...((given.length === 0 ? [RealDate.now() + offsetMs] : given) as [number]));
  }

  static override now(): number {
    return RealDate.now() + offsetMs;
  }
}
globalThis.Date = JumpingDate as DateConstructor;

const jump = (): void => {
  offsetMs = dice.between(-FARTHEST_MS, FARTHEST_MS);
  if (tollFile !== undefined) appendFileSync(tollFile, `${String(offsetMs)}\n`);
  setTimeout(jump, dice.between(300, 1_500)).unref();
};
setTimeout(jump, dice.between(300, 1_500)).unref();
