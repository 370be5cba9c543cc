import { waitingEffect, type EffectState, type WaitingEffect } from '@perezvon/contracts';
import type { DataSource } from 'typeorm';
import { isUnsettled } from '../ledger/sql/unsettled.js';

/** What of an account's effects is asked for. */
export interface EffectFilter {
  readonly state?: EffectState | undefined;
  readonly portalId?: string | undefined;
  readonly limit: number;
  /** Of the page before. */
  readonly cursor?: string | undefined;
}

export interface EffectPage {
  readonly items: WaitingEffect[];
  readonly nextCursor: string | null;
}

/** Effects that are not settled, the oldest first. Index: effect_unsettled. */
export async function listEffects(
  dataSource: DataSource,
  accountId: string,
  { state, portalId, limit, cursor }: EffectFilter,
): Promise<EffectPage> {
  const rows: ListedEffect[] = await dataSource.query(
    `select e.seq::text, e.command->>'commandId' as "effectId", e.portal_id as "portalId", e.call_id as "callId", e.effect,
            e.state, e.reason, e.detail, e.phone, e.attempts, e.created_at as "createdAt", e.updated_at as "updatedAt",
            array(select n.effect from unnest(e.after_effects) as n (effect)
                    left join effect b on b.account_id = e.account_id and b.call_id = e.call_id and b.effect = n.effect
                   where b.seq is null or b.state in ('waiting', 'sending', 'in_doubt', 'parked')) as "blockedBy",
            case when e.state not in ('waiting', 'in_doubt') or not a.is_active then null
                 when p.stop_reason is not null then p.stop_until
                 when p.unreached_since is not null then p.check_at
                 else e.next_at end as "nextTryAt"
       from effect e
       left join portal p on p.portal_id = e.portal_id and p.account_id = e.account_id
       left join account a on a.account_id = e.account_id
      where e.account_id = $1 and ${isUnsettled}
        and ($2::text is null or e.state = $2) and ($3::uuid is null or e.portal_id = $3) and e.seq > $4::bigint
      order by e.seq limit $5`,
    [accountId, state ?? null, portalId ?? null, cursor ?? '0', limit + 1],
  );
  const page = rows.slice(0, limit);
  return { items: page.map(itemOf), nextCursor: rows.length > limit ? (page.at(-1)?.seq ?? null) : null };
}

interface ListedEffect extends Omit<WaitingEffect, 'createdAt' | 'updatedAt' | 'nextTryAt'> {
  seq: string;
  detail: string | null;
  createdAt: Date;
  updatedAt: Date;
  nextTryAt: Date | null;
}

/** The reason is a code, or `code: amoCRM's own words` as on crm.results.v1. */
function itemOf({ seq: _, detail, createdAt, updatedAt, nextTryAt, ...row }: ListedEffect): WaitingEffect {
  return waitingEffect.parse({
    ...row,
    reason: row.reason !== null && detail !== null ? `${row.reason}: ${detail}` : row.reason,
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
    nextTryAt: nextTryAt?.toISOString() ?? null,
  });
}
