import { type KeyRing, openPullToken } from '@perezvon/credentials';
import { type AuthorisedSource, cabinetOf } from '../accounts/account-directory.js';
import { canonicalise } from '../canonical/canonicalise.js';
import { Intake } from '../intake/intake.js';
import { pullAdapters } from './pull-adapters.js';
import { type PulledCall, type PullWindow } from './pull-adapter.js';
import { allowedOrigin, VendorApi } from './vendor-api.js';

/** What asking a vendor needs beside the source. */
export interface PullAccess {
  /** `PBX_PULL_KEYS`; undefined = this installation pulls from nobody. */
  readonly keys: KeyRing | undefined;
  readonly extraOrigins: readonly string[];
}

/** Asks a source's vendor. Null = it cannot be asked. @throws PullError, CredentialsError */
export async function askVendor(
  asked: AuthorisedSource,
  window: PullWindow,
  { keys, extraOrigins }: PullAccess,
  stopping: AbortSignal,
): Promise<readonly PulledCall[] | null> {
  const { accountId, source } = asked;
  const adapter = pullAdapters[source.kind];
  if (adapter === null || keys === undefined || source.pull?.enabled !== true) return null;
  const origin = allowedOrigin(source.pull.url, adapter.vendorDomains, extraOrigins);
  const token = openPullToken(keys, source.pull.sealedToken, { accountId, sourceId: source.sourceId });
  return adapter.finishedCalls(new VendorApi(origin, token, stopping), window, cabinetOf(asked));
}

/**
 * Pulled calls on the way that pushed ones go. What cannot be taken is left out and counted, not rejected: the same row
 * would come with each report, and nobody sent it.
 */
export function intakeOf(pulled: readonly PulledCall[], nowMs: number): { intake: Intake; leftOut: number } {
  const intake = new Intake(nowMs);
  let leftOut = 0;
  for (const { translated } of pulled) {
    if ('rejected' in translated) {
      leftOut += 1;
      continue;
    }
    const { events, warnings } = translated;
    for (const event of events) {
      const result = canonicalise(event, {
        receivedAtMs: nowMs,
        nowMs,
        knowsAccount: () => true, // the source is of this account
        warnings,
        origin: 'pull',
      });
      const refused = 'event' in result ? intake.accept(result.event) : result.rejected;
      if (refused !== null) leftOut += 1;
    }
  }
  return { intake, leftOut };
}
