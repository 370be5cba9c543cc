import type { PortalStop } from '@perezvon/contracts';
import type { StopPortal } from '@perezvon/amocrm';

/** Why nothing is sent to a portal (rules R11), and when one request may find out whether it still holds. Pure. */

export type StopReason = PortalStop['reason'];

export function stopReasonOf(code: StopPortal['reason']): StopReason {
  switch (code) {
    case 'unauthorised':
      return 'unauthorised';
    case 'unpaid':
      return 'unpaid';
    case 'ip_not_allowed':
      return 'ip_not_allowed';
    case 'blocked':
      return 'blocked';
    case 'forbidden':
      return 'no_rights';
    case 'account_not_found':
    case 'redirected':
      return 'not_found';
  }
}

/** Which of the ways to a reason it was, where that changes what a person does about it. */
export type StopCause = 'redirected' | 'another_account' | 'refresh_refused' | 'disconnected';

/** What keeps a portal from being asked, as a request found it. */
export interface Stopping {
  readonly reason: StopReason;
  readonly cause?: StopCause | null;
  /** How long amoCRM asked to be left alone. */
  readonly afterMs?: number | undefined;
  /** It was told, not met by a request: the probe is due at once. */
  readonly isHearsay?: boolean;
}

export function stoppingOf({ reason, status, afterMs }: StopPortal): Stopping {
  return { reason: stopReasonOf(reason), cause: causeOf(reason, status), afterMs };
}

function causeOf(code: StopPortal['reason'], status: number | undefined): StopCause | null {
  if (code === 'redirected') return 'redirected';
  // Without a request of its own: there was no token to send it with, because amoCRM renews the pair no more.
  return code === 'unauthorised' && status === undefined ? 'refresh_refused' : null;
}

const minutes = (count: number): number => count * 60_000;
const hours = (count: number): number => minutes(60 * count);

/** How soon a stopped portal is asked whether it still is, milliseconds. */
export interface ProbePauses {
  /** The first pause; it doubles to 4 h (design.md property 3): asking more often prolongs a block. */
  readonly blockedMs: number;
  /** Mended on amoCRM's side by a person, of which nothing tells us. */
  readonly otherMs: number;
}

export const usualProbePauses: ProbePauses = { blockedMs: minutes(15), otherMs: hours(1) };

/**
 * When to send one probe, Unix milliseconds; null = never by itself, only new credentials help.
 * @param before how many probes in a row ended in a stop
 */
export function probeAt(
  reason: StopReason,
  before: number,
  now: number,
  { blockedMs, otherMs }: ProbePauses = usualProbePauses,
): number | null {
  switch (reason) {
    case 'blocked':
      return now + Math.min(blockedMs * 2 ** before, hours(4));
    case 'unauthorised':
    case 'unpaid':
    case 'ip_not_allowed':
    case 'no_rights':
    case 'not_found':
      return now + otherMs;
    case 'no_credentials':
      return null;
  }
}

/** Holds for every portal of the amoCRM account, whoever's token was used. */
export function holdsForLane(reason: StopReason): boolean {
  return reason === 'blocked' || reason === 'unpaid' || reason === 'ip_not_allowed';
}

/**
 * A stop adds nothing to the one that a portal has: requests that were on their way together are told the same, which is
 * one stop and not four probes; what was only told replaces nothing that a request has met; and while amoCRM's block lasts
 * nothing else brings a request forward.
 */
export function isKnown(
  stop: { readonly reason: StopReason; readonly until: number | null } | null,
  { reason, isHearsay = false }: Stopping,
  now: number,
): boolean {
  if (stop === null) return false;
  const isInForce = stop.until === null || stop.until > now;
  if (stop.reason !== reason) return isHearsay || (stop.reason === 'blocked' && isInForce);
  return isInForce;
}

/** amoCRM may refuse writes so and answer readings all the same: only a write shows that it is over. */
export const stopsOfWritesAlone: readonly StopReason[] = ['unpaid', 'no_rights'];

/** New credentials are a reason to look at once, except at a block: that counts requests, not tokens. */
export function mayProbeWithNewCredentials(reason: StopReason): boolean {
  return reason !== 'blocked';
}
