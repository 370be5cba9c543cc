import { createHash, randomBytes } from 'node:crypto';
import { NotFoundException } from '@nestjs/common';
import { type PbxSource, type PullSettings } from '@perezvon/contracts';
import { type DataSource } from 'typeorm';
import { type AccountChanges } from '../accounts/account-changes.js';
import { tooMany } from '../http/limits.js';
import { invalid } from '../http/validation.js';
import { timeOrderedUuid } from '../ids.js';
import { addressesOf, type PbxEdges, type SourceAddresses } from './addresses.js';
import { type PullAsked, type PullTokens, type PullView } from './pull-tokens.js';

/** A source without its secret: that is shown once, when it is made. */
export type PbxSourceView = Omit<StoredSource, 'pull'> & {
  readonly pull: PullView | null;
  readonly addresses: SourceAddresses;
};

type StoredSource = Omit<PbxSource, 'secretHash' | 'pull'> & {
  readonly pull: PullSettings | null;
  readonly createdAt: Date;
};

export type PbxSourceFields = Pick<
  PbxSource,
  'instance' | 'timeZone' | 'settleDelaySec' | 'ringLimitSec' | 'routeFallback' | 'fieldMap'
>;

/** Null: the vendor is not asked any more. */
export type GivenFields = Partial<PbxSourceFields> & { readonly pull?: PullAsked | null | undefined };

/** Settle delay: R3. Ring limit: a call that rings longer than this has ended (R4 takes at least 15 min of silence). */
const defaults: PbxSourceFields = {
  instance: null,
  timeZone: 'Europe/Moscow',
  settleDelaySec: 20,
  ringLimitSec: 120,
  routeFallback: 'branch',
  fieldMap: null,
};

const maxSourcesPerAccount = 100;

const columnsOfView = `source_id as "sourceId", kind, instance, time_zone as "timeZone",
  settle_delay_sec as "settleDelaySec", ring_limit_sec as "ringLimitSec", route_fallback as "routeFallback",
  field_map as "fieldMap", pull, created_at as "createdAt"`;

/** Where an account's calls come from: one per PBX cabinet, each with its own secret. */
export class PbxSources {
  constructor(
    private readonly dataSource: DataSource,
    private readonly changes: AccountChanges,
    private readonly edges: PbxEdges,
    private readonly pullTokens: PullTokens,
  ) {}

  async list(accountId: string): Promise<PbxSourceView[]> {
    await this.changes.requireAccount(accountId);
    const rows: StoredSource[] = await this.dataSource.query(
      `select ${columnsOfView} from pbx_sources where account_id = $1 order by source_id`,
      [accountId],
    );
    return rows.map((row) => this.view(row));
  }

  async get(accountId: string, sourceId: string): Promise<PbxSourceView> {
    const rows: StoredSource[] = await this.dataSource.query(
      `select ${columnsOfView} from pbx_sources where account_id = $1 and source_id = $2`,
      [accountId, sourceId],
    );
    if (rows[0] === undefined) throw new NotFoundException();
    return this.view(rows[0]);
  }

  /** @returns the secret with it, this once; only its hash is kept */
  async add(
    accountId: string,
    kind: PbxSource['kind'],
    { pull: asked, ...given }: GivenFields,
  ): Promise<PbxSourceView & { readonly secret: string }> {
    const fields = { ...defaults, ...given };
    refuseUnknownZone(fields.timeZone);
    const sourceId = timeOrderedUuid();
    const secret = newSecret();
    const pull = asked == null ? null : this.pullTokens.seal(asked, null, { accountId, sourceId });
    await this.changes.change(accountId, 'source_added', async (tx) => {
      const rows: { n: number }[] = await tx.query('select count(*)::int as n from pbx_sources where account_id = $1', [
        accountId,
      ]);
      if ((rows[0]?.n ?? 0) >= maxSourcesPerAccount) throw tooMany(maxSourcesPerAccount);
      await tx.query(
        `insert into pbx_sources (source_id, account_id, kind, instance, time_zone, settle_delay_sec, ring_limit_sec,
                                  route_fallback, field_map, secret_hash, pull)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
        [sourceId, accountId, kind, ...inOrder(fields), hashOf(secret), jsonOrNull(pull)],
      );
    });
    return { ...(await this.get(accountId, sourceId)), secret };
  }

  /**
   * Absent fields stay as they are.
   *
   * @param rotateSecret makes a new secret, returned this once; the old one ends at once
   */
  async edit(
    accountId: string,
    sourceId: string,
    { pull: asked, ...changed }: GivenFields,
    rotateSecret: boolean,
  ): Promise<PbxSourceView & { readonly secret?: string }> {
    if (changed.timeZone !== undefined) refuseUnknownZone(changed.timeZone);
    const secret = rotateSecret ? newSecret() : undefined;
    await this.changes.change(accountId, 'source_changed', async (tx) => {
      const rows: StoredSource[] = await tx.query(
        `select ${columnsOfView} from pbx_sources where account_id = $1 and source_id = $2`,
        [accountId, sourceId],
      );
      if (rows[0] === undefined) throw new NotFoundException();
      const stored = rows[0].pull;
      const owner = { accountId, sourceId };
      const pull = asked === undefined ? stored : asked && this.pullTokens.seal(asked, stored, owner);
      await tx.query(
        `update pbx_sources
            set instance = $2, time_zone = $3, settle_delay_sec = $4, ring_limit_sec = $5, route_fallback = $6,
                field_map = $7, secret_hash = coalesce($8, secret_hash), pull = $9
          where source_id = $1`,
        [
          sourceId,
          ...inOrder({ ...rows[0], ...changed }),
          secret === undefined ? null : hashOf(secret),
          jsonOrNull(pull),
        ],
      );
    });
    return { ...(await this.get(accountId, sourceId)), ...(secret !== undefined && { secret }) };
  }

  async remove(accountId: string, sourceId: string): Promise<void> {
    await this.changes.change(accountId, 'source_deleted', async (tx) => {
      const deleted: [unknown, number] = await tx.query(
        'delete from pbx_sources where account_id = $1 and source_id = $2',
        [accountId, sourceId],
      );
      if (deleted[1] === 0) throw new NotFoundException();
    });
  }

  private view(row: StoredSource): PbxSourceView {
    const pull = row.pull && { enabled: row.pull.enabled, url: row.pull.url };
    return { ...row, pull, addresses: addressesOf(row, this.edges) };
  }
}

function inOrder(fields: PbxSourceFields): unknown[] {
  const { instance, timeZone, settleDelaySec, ringLimitSec, routeFallback, fieldMap } = fields;
  return [instance, timeZone, settleDelaySec, ringLimitSec, routeFallback, jsonOrNull(fieldMap ?? null)];
}

function jsonOrNull(value: object | null): string | null {
  return value === null ? null : JSON.stringify(value);
}

/** 256 random bits in characters that a URL's path takes as they are. */
function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

function refuseUnknownZone(timeZone: string): void {
  try {
    new Intl.DateTimeFormat('en', { timeZone });
  } catch {
    throw invalid([
      {
        path: 'timeZone',
        code: 'unknown_time_zone',
        message: {
          ru: 'Такого часового пояса нет. Укажите, например, Europe/Moscow.',
          en: 'There is no such time zone. Give one such as Europe/Moscow.',
        },
      },
    ]);
  }
}
