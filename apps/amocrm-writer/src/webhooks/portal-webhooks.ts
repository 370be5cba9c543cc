import { randomBytes } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { ReadFailure, type LaneRequests } from '../lanes/lane-requests.js';
import type { ReadablePortal } from '../portals/portal.js';

/** What changes a client or his deals; notes and tasks do not. */
const events = [
  ...['lead', 'contact', 'company'].flatMap((entity) => [
    `add_${entity}`,
    `update_${entity}`,
    `delete_${entity}`,
    `restore_${entity}`,
    `responsible_${entity}`,
  ]),
  'status_lead',
];

/** amoCRM may switch a hook off without a word (amocrm-api.md §9.3): it is looked after so often. */
const checkEveryMs = 60 * 60_000;

/**
 * Our subscription at a portal: `{public address}/v1/amocrm/{portal}/{secret}`. Made on the first check, made anew where
 * amoCRM has switched it off; one with another address of ours, as before a move of this service, is taken away.
 */
export class PortalWebhooks {
  constructor(
    private readonly dataSource: DataSource,
    /** PUBLIC_WEBHOOK_URL; null: amoCRM cannot reach us. */
    private readonly publicUrl: string | null,
  ) {}

  /** One request an hour while all is well. @throws ReadFailure */
  async keep(requests: LaneRequests, portal: ReadablePortal): Promise<void> {
    if (this.publicUrl === null) return;
    const secret = await this.takeCheck(portal.portalId);
    if (secret === null) return;
    const own = `/v1/amocrm/${portal.portalId}/`;
    const destination = `${this.publicUrl}${own}${secret}`;
    const listed = await requests.send(portal, (client, options) => client.webhooks(options));
    if (listed.kind === 'rejected' && listed.reason === 'forbidden') return this.refused(portal);
    if (listed.kind !== 'done') throw new ReadFailure(portal, listed);
    const ours = listed.value.filter((hook) => hook.destination.includes(own));
    const good = ours.find(
      (hook) =>
        hook.destination === destination && !hook.disabled && events.every((one) => hook.settings.includes(one)),
    );
    for (const hook of ours) {
      if (hook === good) continue;
      await requests.send(portal, (client, options) => client.unsubscribeWebhook(hook.destination, options));
    }
    if (good !== undefined) return this.granted(portal);
    const made = await requests.send(portal, (client, options) =>
      client.subscribeWebhook({ destination, settings: events }, options),
    );
    if (made.kind === 'done') await this.granted(portal);
    else if (made.reason === 'forbidden') await this.refused(portal);
  }

  /** @returns the portal's secret if it is to be looked after now */
  private async takeCheck(portalId: string): Promise<string | null> {
    const [rows]: [{ webhook_secret: string }[], number] = await this.dataSource.query(
      `update portal set webhook_checked_at = clock_timestamp(), webhook_secret = coalesce(webhook_secret, $2)
        where portal_id = $1
          and (webhook_checked_at is null
               or webhook_checked_at < clock_timestamp() - $3::float8 * interval '1 millisecond')
       returning webhook_secret`,
      [portalId, randomBytes(24).toString('base64url'), checkEveryMs],
    );
    return rows[0]?.webhook_secret ?? null;
  }

  private async granted({ portalId }: ReadablePortal): Promise<void> {
    await this.dataSource.query(`update portal set webhook_refused_at = null where portal_id = $1`, [portalId]);
  }

  private async refused({ portalId }: ReadablePortal): Promise<void> {
    await this.dataSource.query(
      `update portal set webhook_refused_at = coalesce(webhook_refused_at, clock_timestamp()) where portal_id = $1`,
      [portalId],
    );
  }
}
