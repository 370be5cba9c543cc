import { type LogEntry } from '../control/request-log.js';
import { type PortalSettings } from '../settings.js';

/** A sliding second in which more was asked than is allowed (faults.md I5), also when the limiter let it pass. */
export interface OverLimitWindow {
  /** null: of the whole account. */
  readonly integrationId: string | null;
  readonly fromSeq: number;
  readonly fromMs: number;
  readonly requests: number;
}

export function overLimitWindowsIn(entries: readonly LogEntry[], settings: PortalSettings): OverLimitWindow[] {
  const known = entries.filter((entry) => entry.integrationId !== null);
  const integrations = new Set(known.map((entry) => entry.integrationId));
  const ofIntegrations = [...integrations].flatMap((id) =>
    windowsIn(
      known.filter((entry) => entry.integrationId === id),
      settings.requestsPerSecond,
      id,
    ),
  );
  return [...ofIntegrations, ...windowsIn(known, settings.accountRequestsPerSecond, null)];
}

function windowsIn(entries: readonly LogEntry[], allowed: number, integrationId: string | null): OverLimitWindow[] {
  const windows: OverLimitWindow[] = [];
  let head = 0;
  for (const [index, entry] of entries.entries()) {
    while ((entries[head]?.atMs ?? 0) <= entry.atMs - 1000) head++;
    const first = entries[head];
    const requests = index - head + 1;
    if (requests > allowed && first !== undefined) {
      windows.push({ integrationId, fromSeq: first.seq, fromMs: first.atMs, requests });
    }
  }
  return windows;
}
