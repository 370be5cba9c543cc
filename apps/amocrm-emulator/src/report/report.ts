import { type Portal } from '../portal.js';
import { blindResendsIn, type BlindResend } from './blind-resends.js';
import { requestsDuringBlockIn, type RequestDuringBlock } from './block-discipline.js';
import { duplicatesIn, type Duplicates } from './duplicates.js';
import { overLimitWindowsIn, type OverLimitWindow } from './limit-windows.js';
import { outOfOrderIn, type OutOfOrder } from './order.js';
import { overlapsIn, type Overlap } from './overlapping-writers.js';

/** What a caller has done to a portal that it must never do (faults.md, invariants): from the contents and the log. */
export interface InvariantReport {
  readonly duplicates: Duplicates;
  readonly blindResends: readonly BlindResend[];
  readonly overLimitWindows: readonly OverLimitWindow[];
  readonly requestsDuringBlock: readonly RequestDuringBlock[];
  readonly overlappingWriters: readonly Overlap[];
  readonly outOfOrder: readonly OutOfOrder[];
  /** All that the block has refused, the probes and the one that was told of it included. */
  readonly requestsWhileBlocked: number;
  /** Fields in request bodies that the reference does not know, with the path they were sent to. */
  readonly unknownFields: readonly string[];
  readonly requests: number;
  /** Older requests that the log no longer holds: then the request invariants cover only the rest. */
  readonly requestsDropped: number;
}

export function reportOn(portal: Portal): InvariantReport {
  const entries = portal.log.all();
  return {
    duplicates: duplicatesIn(portal.store),
    blindResends: blindResendsIn(entries),
    overLimitWindows: overLimitWindowsIn(entries, portal.settings),
    requestsDuringBlock: requestsDuringBlockIn(entries),
    overlappingWriters: overlapsIn(entries),
    outOfOrder: outOfOrderIn(portal.store),
    requestsWhileBlocked: entries.filter((entry) => entry.whileBlocked).length,
    unknownFields: [
      ...new Set(entries.flatMap((e) => e.unknownFields.map((field) => `${e.method} ${shape(e.path)}: ${field}`))),
    ],
    requests: entries.length,
    requestsDropped: portal.log.dropped,
  };
}

function shape(path: string): string {
  return path.replace(/\/\d+/g, '/{id}').replace(/\/[0-9a-f]{32}/g, '/{uid}');
}
