import { existsSync, readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';
import { basename } from 'node:path';

/** Linux has a priority for each thread, and names the one that asks here. */
const THIS_THREAD = '/proc/thread-self';
/** A tenth of a busy processor where both want it; all of it where the door does not, which is nearly always. */
const NICE = 10;

/**
 * Puts this thread behind the door's: a question of somebody who hears a ringing tone does not wait for a batch of the
 * stream (docs/decisions/0078). Other systems know no priority of a thread, and there it changes nothing.
 */
export function comeAfterTheDoor(): void {
  if (existsSync(THIS_THREAD)) setPriority(Number(basename(readlinkSync(THIS_THREAD))), NICE);
}
