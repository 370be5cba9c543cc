import type { Portal as PortalMessage } from '@perezvon/contracts';
import type { StopCause, StopReason } from './portal-stop.js';

/** What amoCRM has, as it was last read: pipelines with stages, users, task types. */
export interface Directory extends Pick<PortalMessage, 'pipelines' | 'users' | 'taskTypes'> {
  /** amoCRM's switch for the whole account; off = nothing can be put into unsorted (R12). */
  readonly isUnsortedOn: boolean;
  /** The paid filter add-on (amocrm-api.md §3.5). */
  readonly filtersEnabled: boolean;
}

/** One amoCRM account with one set of credentials, as this service keeps it. Times in Unix milliseconds. */
export interface PortalRow {
  readonly portalId: string;
  readonly accountId: string;
  readonly url: string;
  /** Grows with each change of the credentials by a person; null = there are none. */
  readonly credentialsRevision: number | null;
  readonly lane: string | null;
  readonly stop: {
    readonly reason: StopReason;
    readonly cause: StopCause | null;
    readonly since: number;
    readonly until: number | null;
    /** Probes in a row that ended in a stop. */
    readonly count: number;
  } | null;
  readonly directory: Directory | null;
  readonly directoryReadAt: number | null;
  /** A read is owed from here on. */
  readonly checkAt: number | null;
  /** The tariff's limit of entities is reached (R12): creations wait, with one probe at `until`. */
  readonly limit: { readonly since: number; readonly until: number } | null;
  /** When duplicate control last merged a deal of ours into another one; it is on for as long as nobody knows better. */
  readonly mergedAt: number | null;
  /** amoCRM refuses us hooks: no such right, or its tariff has none. */
  readonly webhookRefusedAt: number | null;
  /**
   * The portal alone could not be asked, and why: its account is not met yet, or there is no token for it just now. It is
   * read, at `checkAt`, before anything else is sent.
   */
  readonly unreached: { readonly reason: string; readonly since: number } | null;
  /**
   * The stop that the newest reading ended. amoCRM may refuse writes alone (402 of a subscription that has just ended, a
   * missing right): until a write is answered, the same refusal is the same stop.
   */
  readonly lifted: { readonly reason: StopReason; readonly since: number; readonly count: number } | null;
  /** What the rules could not do as they are set (R12), as found at the moment of writing. */
  readonly brokenRules: readonly BrokenRule[];
  /** The lane's copy of its clients, once all of them have been told. `from`: deals that changed since are in it. */
  readonly mirror: { readonly from: number | null; readonly asOf: number } | null;
  /** An operator waits for the connection to be tested. */
  readonly isTestAsked: boolean;
  /** It is being deleted, and somebody waits for our hooks to be taken away: nothing else is done for it. */
  readonly isLeaving: boolean;
  /** Where amoCRM's token endpoint found the account, if not at `url`: it was renamed (amocrm-api.md §1.6). */
  readonly moved: { readonly to: string; readonly since: number } | null;
}

export type BrokenRule = NonNullable<PortalMessage['brokenRules']>[number];
/** Only an administrator sees everybody's cards, and users (amocrm-api.md §3.2): a copy read by another would lack some. */
export const seesAllCards = ({ directory }: ReadablePortal): boolean => directory.users.length > 0;

/** A portal whose pipelines and users are known. */
export type ReadablePortal = PortalRow & { readonly directory: Directory };

/** A copy of the portal older than this is read anew before it is used for writing. */
export const copyIsOldMs = 60 * 60 * 1000;

/** Read at least once, not stopped, and its copy good to write by: not old, and not known to be wrong. */
export function isUsable(portal: PortalRow, now: number): portal is ReadablePortal {
  if (portal.stop !== null || portal.unreached !== null || portal.directory === null) return false;
  if (portal.checkAt !== null && portal.checkAt <= now) return false;
  return portal.directoryReadAt !== null && now - portal.directoryReadAt < copyIsOldMs;
}

/** Between the two a person changed neither the address nor the credentials. */
export const hasSameAccess = (one: PortalRow, other: PortalRow): boolean =>
  one.url === other.url && one.credentialsRevision === other.credentialsRevision;

/** A stopped portal is asked only when its probe is due. */
export function isCheckDue(portal: PortalRow, now: number): boolean {
  if (portal.stop !== null) return portal.stop.until !== null && portal.stop.until <= now;
  if (portal.unreached !== null && portal.checkAt !== null) return portal.checkAt <= now;
  return !isUsable(portal, now);
}

/** Of a portal `p`: nothing keeps requests from it. The SQL of {@link isUsable}, but for whether its copy is good to write by. */
export const takesRequests = 'p.deleted_at is null and p.stop_reason is null and p.unreached_since is null';

export interface StoredPortal {
  portal_id: string;
  account_id: string;
  url: string;
  credentials_revision: number | null;
  lane: string | null;
  stop_reason: StopReason | null;
  stop_cause: StopCause | null;
  stop_since: number | null;
  stop_until: number | null;
  stop_count: number;
  directory: Directory | null;
  directory_read_at: number | null;
  check_at: number | null;
  limited_since: number | null;
  creations_from: number | null;
  merged_at: number | null;
  webhook_refused_at: number | null;
  unreached_reason: string | null;
  unreached_since: number | null;
  lifted_reason: StopReason | null;
  lifted_since: number | null;
  lifted_count: number;
  broken_rules: BrokenRule[];
  mirror: PortalRow['mirror'];
  is_test_asked: boolean;
  is_leaving: boolean;
  moved_to: string | null;
  moved_since: number | null;
}

const ms = (column: string) => `(extract(epoch from p.${column}) * 1000)::float8 as ${column}`;

export const portalColumns = `
  p.portal_id, p.account_id, p.url, p.credentials_revision, p.lane, p.stop_reason, p.stop_cause, ${ms('stop_since')}, ${ms('stop_until')}, p.stop_count,
  p.directory, ${ms('directory_read_at')}, ${ms('check_at')}, ${ms('limited_since')}, ${ms('creations_from')},
  ${ms('merged_at')}, ${ms('webhook_refused_at')}, p.unreached_reason, ${ms('unreached_since')},
  p.lifted_reason, ${ms('lifted_since')}, p.lifted_count, p.broken_rules,
  (select jsonb_build_object('from', m.leads_from * 1000, 'asOf', round(extract(epoch from m.read_at) * 1000))
     from mirror m where m.lane = p.lane and m.told_at is not null) as mirror,
  p.test_asked_at is not null as is_test_asked, p.leave_asked_at is not null as is_leaving, p.moved_to,
  ${ms('moved_since')}`;

export function portalOf(row: StoredPortal): PortalRow {
  return {
    portalId: row.portal_id,
    accountId: row.account_id,
    url: row.url,
    credentialsRevision: row.credentials_revision,
    lane: row.lane,
    stop:
      row.stop_reason === null
        ? null
        : {
            reason: row.stop_reason,
            cause: row.stop_cause,
            since: row.stop_since ?? 0,
            until: row.stop_until,
            count: row.stop_count,
          },
    directory: row.directory,
    directoryReadAt: row.directory_read_at,
    checkAt: row.check_at,
    limit:
      row.limited_since === null ? null : { since: row.limited_since, until: row.creations_from ?? row.limited_since },
    mergedAt: row.merged_at,
    webhookRefusedAt: row.webhook_refused_at,
    unreached: row.unreached_reason === null ? null : { reason: row.unreached_reason, since: row.unreached_since ?? 0 },
    lifted:
      row.lifted_reason === null
        ? null
        : { reason: row.lifted_reason, since: row.lifted_since ?? 0, count: row.lifted_count },
    brokenRules: row.broken_rules,
    mirror: row.mirror,
    isTestAsked: row.is_test_asked,
    isLeaving: row.is_leaving,
    moved: row.moved_to === null ? null : { to: row.moved_to, since: row.moved_since ?? 0 },
  };
}
