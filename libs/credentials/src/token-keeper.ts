import { setTimeout as sleep } from 'node:timers/promises';
import { type GrantResult, type Secret, type StopPortal, type TokenPair } from '@perezvon/amocrm';
import { type DataSource } from 'typeorm';
import { type KeyRing } from './key-ring.js';
import { PairRows, type Claim, type ConsentReason, type HeldToken } from './pair-rows.js';
import { type PortalToken } from './portal-token.js';

export type { ConsentReason };

/** What a portal's next request may be authorised with, or why nothing may be sent now. */
export type CurrentToken =
  | { kind: 'token'; token: PortalToken }
  /** Nobody has given this account's portal credentials. */
  | { kind: 'none' }
  /** amoCRM takes the pair no more: only a person's new consent helps, and that is a new revision. */
  | { kind: 'consent_needed'; reason: ConsentReason; since: Date }
  /** The pair is being renewed elsewhere, or the endpoint did not answer: the same question again after `afterMs`. */
  | { kind: 'unavailable'; reason: string; afterMs: number }
  /** The token endpoint answered as a portal does that takes no requests at all, such as a blocked one. */
  | { kind: 'stopped'; result: StopPortal };

/** Asks amoCRM for the next pair: TokenEndpoint.refresh at the portal's address. */
export type Refresh = (pair: { accessToken: Secret; refreshToken: Secret }) => Promise<GrantResult>;

export interface TokenKeeperOptions {
  /**
   * How long a refresh may be on its way, default 60 s: the endpoint's whole deadline, and what amoCRM may still do
   * afterwards (D of rules R17). Until then nobody uses the same refresh token again.
   */
  claimMs?: number;
  /** Default 50 min. A refusal may have been a wrong client secret of ours: it is asked again, but not at each call. */
  refusalHoldsMs?: number;
}

/** Where another process renews the pair: how soon to look again. */
const lookAgainMs = 1_000;
/** After an answer of the endpoint that names no time. */
const tryAgainMs = 30_000;
/** A new pair exists in this process alone until it is stored: the database is given some time to come back. */
const storePausesMs = [100, 400, 1_600, 6_400];

/**
 * Keeps OAuth pairs alive: hands out the access token, and renews the pair before it expires.
 *
 * fresh → due (80 to 90 % of its life, spread over portals; or amoCRM refused it) → claimed → fresh
 *                                                                               ├─▶ due: nothing was used, later again
 *                                                                               ├─▶ in doubt: claimed until claimMs have
 *                                                                               │   passed, then the old token once more
 *                                                                               └─▶ refused: consent needed
 *
 * A refresh token works once, so one process at a time may use it. The claim is a column written under the row's lock and
 * committed before the request leaves: no transaction is held open while amoCRM thinks (ten slow endpoints would take all
 * of the pool's connections), and a process that dies in between leaves word that an answer may be lost. A pair that comes
 * late, from a process that was frozen, still replaces the one that it was made from, and only that one.
 *
 * While the old access token lives it is handed out, whatever becomes of the refresh.
 */
export class TokenKeeper {
  private readonly rows: PairRows;
  private readonly claimMs: number;
  private readonly refusalHoldsMs: number;
  private readonly renewing = new Map<string, Promise<CurrentToken>>();

  constructor(
    dataSource: DataSource,
    keys: KeyRing,
    { claimMs = 60_000, refusalHoldsMs = 50 * 60_000 }: TokenKeeperOptions = {},
  ) {
    this.rows = new PairRows(dataSource, keys);
    this.claimMs = claimMs;
    this.refusalHoldsMs = refusalHoldsMs;
  }

  /**
   * @param accountId whose portal it is: another account's token is none
   * @param refused the access token that amoCRM has just answered with 401
   * @throws CredentialsError `unknown_key`, `not_decryptable`; the database's own errors
   */
  async current(portalId: string, accountId: string, refresh: Refresh, refused?: string): Promise<CurrentToken> {
    const held = await this.rows.read(portalId, this.refusalHoldsMs);
    if (held?.token.accountId !== accountId) return { kind: 'none' };
    const { token, remainingMs, wholeMs, refusal } = held;
    const usable: CurrentToken = { kind: 'token', token };
    if (token.kind === 'long_lived') return usable;

    const isRefused = token.accessToken.reveal() === refused;
    if (!isRefused && remainingMs > wholeMs * leadOf(portalId, token.revision)) return usable;
    const renewed: CurrentToken = refusal?.isRecent
      ? { kind: 'consent_needed', reason: refusal.reason, since: refusal.since }
      : await this.renewOnce(portalId, held, refresh);
    return renewed.kind !== 'token' && !isRefused && remainingMs > 0 ? usable : renewed;
  }

  /** Calls of this process that need the same pair share one refresh. */
  private renewOnce(portalId: string, held: HeldToken, refresh: Refresh): Promise<CurrentToken> {
    const running = this.renewing.get(portalId);
    if (running) return running;
    const renewal = this.renew(portalId, held, refresh).finally(() => this.renewing.delete(portalId));
    this.renewing.set(portalId, renewal);
    return renewal;
  }

  private async renew(portalId: string, { token }: HeldToken, refresh: Refresh): Promise<CurrentToken> {
    const claim = await this.rows.claim(portalId, token.revision, this.claimMs);
    if (claim === undefined) return this.whatIsStored(portalId, token.revision);
    const answer = await this.ask(claim, refresh);
    switch (answer.kind) {
      case 'done':
        await this.keep(claim, answer.value);
        break;
      case 'in_doubt':
        // A pair may exist that nobody will see. The claim stays: the old token is tried again when this one is settled.
        return { kind: 'unavailable', reason: answer.reason, afterMs: this.claimMs };
      case 'retry':
        await this.rows.release(claim);
        return { kind: 'unavailable', reason: answer.reason, afterMs: answer.afterMs ?? tryAgainMs };
      case 'stop_portal':
        if (answer.reason !== 'unauthorised') {
          await this.rows.release(claim);
          return { kind: 'stopped', result: answer };
        }
        await this.rows.refuse(claim);
        break;
      case 'rejected':
        await this.rows.refuse(claim);
        break;
    }
    return this.whatIsStored(portalId, token.revision);
  }

  /** A refresh that throws has sent nothing: the client's own contract. */
  private async ask(claim: Claim, refresh: Refresh): Promise<GrantResult> {
    try {
      return await refresh(claim);
    } catch (error) {
      await this.rows.release(claim);
      throw error;
    }
  }

  /** Stores the only copy of a pair, also over a restart of the database. */
  private async keep(claim: Claim, pair: TokenPair): Promise<void> {
    for (const pauseMs of storePausesMs) {
      try {
        return await this.rows.replace(claim, pair);
      } catch {
        // The attempt after the last pause tells what is wrong.
        await sleep(pauseMs);
      }
    }
    await this.rows.replace(claim, pair);
  }

  /** What the row says after a refresh by us or by somebody else. */
  private async whatIsStored(portalId: string, dueRevision: number): Promise<CurrentToken> {
    const held = await this.rows.read(portalId, this.refusalHoldsMs);
    if (held === undefined) return { kind: 'none' };
    const { token, refusal } = held;
    if (token.revision !== dueRevision) return { kind: 'token', token };
    if (refusal?.isRecent) return { kind: 'consent_needed', reason: refusal.reason, since: refusal.since };
    return { kind: 'unavailable', reason: 'renewed_elsewhere', afterMs: lookAgainMs };
  }
}

/** The part of a pair's life that is left when it becomes due: 10 to 20 %, another for each portal and each pair. */
function leadOf(portalId: string, revision: number): number {
  const spread = (Number.parseInt(portalId.slice(-8), 16) / 2 ** 32 + revision * 0.618) % 1;
  return 0.1 + 0.1 * spread;
}
