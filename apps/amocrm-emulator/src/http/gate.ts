import { type IncomingMessage } from 'node:http';
import { type Clock } from '../clock.js';
import { type LogEntry } from '../control/request-log.js';
import { type FaultRule } from '../faults/fault-rule.js';
import { type Integrations } from '../oauth/integration.js';
import { type Token } from '../oauth/token-book.js';
import { type Portal } from '../portal.js';
import { type User } from '../store/model.js';
import { htmlPage, problem, type Answer } from './answer.js';

const READS_STAY_OPEN_SEC = 30 * 24 * 3600;

/** For whom a request is worked on. */
export interface Caller {
  readonly user: User;
  readonly isAdmin: boolean;
  readonly isExternal: boolean;
}

/** Who may go on: the block comes before the token, the limits after it, since they count per integration. */
export class Gate {
  constructor(
    private readonly portal: Portal,
    private readonly integrations: Integrations,
    private readonly clock: Clock,
  ) {}

  /** The token endpoint knows no token yet, but a blocked account is blocked there too (§1.7). */
  admitToOAuth(entry: LogEntry): Answer | undefined {
    return this.refuseBlocked(entry);
  }

  admitToApi(req: IncomingMessage, entry: LogEntry, burst: FaultRule | undefined): Answer | Caller {
    const { portal } = this;
    const blocked = this.refuseBlocked(entry);
    if (blocked !== undefined) return blocked;
    if (!portal.settings.ipAllowed) return problem(403, 'Access from this IP address is denied', { code: 113 });
    const secret = /^Bearer (.+)$/i.exec(req.headers.authorization ?? '')?.[1];
    const token = secret === undefined ? undefined : portal.tokens.find(secret);
    if (token === undefined) return unauthorized();
    entry.tokenId = token.id;
    entry.integrationId = token.integrationId;
    const caller = this.callerOf(req, token);
    if ('status' in caller) return caller;
    if (!token.scopes.includes('crm')) return problem(403, 'Invalid scope');
    return this.refuseExcess(token, req.socket.remoteAddress ?? '', burst) ?? this.refuseUnpaid(entry) ?? caller;
  }

  private refuseBlocked(entry: LogEntry): Answer | undefined {
    if (!this.portal.limiter.blocked) return undefined;
    entry.whileBlocked = true;
    return htmlPage(403);
  }

  /**
   * An administrator's consent keeps its full access whatever becomes of that user; any other token is its user's
   * (§1.5). `X-Context-User-ID` narrows an administrator's token down to one user.
   */
  private callerOf(req: IncomingMessage, token: Token): Answer | Caller {
    const { store } = this.portal;
    const isExternal = this.integrations.of(token.integrationId)?.isExternal ?? false;
    const owner = store.user(token.userId);
    if (owner === undefined) return unauthorized();
    const contextId = req.headers['x-context-user-id'];
    if (token.byAdmin && contextId !== undefined) {
      const user = store.user(Number(contextId));
      if (user?.is_active !== true || user.is_free) return unauthorized();
      return { user, isAdmin: user.is_admin, isExternal };
    }
    if (!token.byAdmin && !owner.is_active) return unauthorized({ code: 112 });
    return { user: owner, isAdmin: token.byAdmin, isExternal };
  }

  private refuseExcess(token: Token, ip: string, burst: FaultRule | undefined): Answer | undefined {
    const { limiter, settings } = this.portal;
    if (burst?.action.kind === 'rate_limit_burst') {
      limiter.reject();
      return this.tooMany(burst.action.retryAfterSec);
    }
    switch (limiter.admit({ integrationId: token.integrationId, ip })) {
      case 'blocked':
        return htmlPage(403);
      case 'rejected':
        return this.tooMany(settings.retryAfterHeader);
      case 'pass':
        return undefined;
    }
  }

  private refuseUnpaid(entry: LogEntry): Answer | undefined {
    const endedAt = this.portal.settings.subscriptionEndedAt;
    if (endedAt === null) return undefined;
    const closedAt = entry.method === 'GET' ? endedAt + READS_STAY_OPEN_SEC : endedAt;
    return this.clock.nowMs() / 1000 >= closedAt ? problem(402, 'Payment required') : undefined;
  }

  private tooMany(retryAfterSec: number | null): Answer {
    const { retryAfterInBody } = this.portal.settings;
    const headers = retryAfterSec === null ? {} : { 'Retry-After': String(retryAfterSec) };
    const more = retryAfterInBody === null ? {} : { retry_after: retryAfterInBody };
    return problem(429, 'Too many requests', more, headers);
  }
}

function unauthorized(more: Record<string, unknown> = {}): Answer {
  return problem(401, 'Invalid user name or password', more);
}
