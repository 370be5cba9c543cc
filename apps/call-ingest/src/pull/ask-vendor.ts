import { type KeyRing, openPullToken } from '@perezvon/credentials';
import { type AuthorisedSource, cabinetOf } from '../accounts/account-directory.js';
import { type Delivery } from '../intake/delivery.js';
import { Intake } from '../intake/intake.js';
import { takeTranslated } from '../intake/take.js';
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
 * Pulled calls on the way that pushed ones go. A row that cannot be taken is rejected like a push, in the form in which
 * the report has it; it comes with each report, always as the same reject. `taken` are the rows that can.
 */
export function intakeOf(
  pulled: readonly PulledCall[],
  asked: AuthorisedSource,
  nowMs: number,
): { readonly intake: Intake; readonly taken: readonly PulledCall[] } {
  const intake = new Intake(nowMs);
  const taken: PulledCall[] = [];
  const context = { nowMs, knowsAccount: () => true, origin: 'pull' as const };
  for (const call of pulled) {
    const { row, translated } = call;
    const rejectedBefore = intake.rejections.length;
    const delivery: Delivery = {
      door: 'pull',
      dialect: asked.source.kind,
      bytes: Buffer.from(JSON.stringify(row)),
      query: '',
      position: `${asked.source.kind} report`,
      sourceId: asked.source.sourceId,
      cabinet: cabinetOf(asked),
      receivedAtMs: nowMs,
    };
    takeTranslated(intake, translated, delivery, context);
    if (intake.rejections.length === rejectedBefore) taken.push(call);
  }
  return { intake, taken };
}
