import { fieldValues, type CustomFieldValue, type EntityType, type FieldInput } from '@perezvon/amocrm';
import type { DataSource } from 'typeorm';
import { ReadFailure, type LaneRequests } from '../lanes/lane-requests.js';
import { pauseMsAfter } from '../lanes/pause.js';
import type { PortalRow } from '../portals/portal.js';

/**
 * The field in which a contact or deal of ours carries the id of the effect that made it (amocrm-api.md §10). Editable
 * through the API only, so that nobody copies it by hand; a copy of a card through the interface may still carry it.
 */
export const markerFieldCode = 'PEREZVON_ID';

export type MarkedEntity = Extract<EntityType, 'contacts' | 'leads'>;

export const markerValue = (marker: string): FieldInput => ({
  field_code: markerFieldCode,
  values: [{ value: marker }],
});

export const markersOf = (card: { custom_fields_values: CustomFieldValue[] }): string[] =>
  fieldValues(card, markerFieldCode);

/** The field is not there and could not be made now; nothing is sent without it. */
export class MarkerFieldMissing extends Error {
  readonly code = 'marker_field_missing';

  constructor(
    readonly reason: string,
    /** Unix milliseconds by Postgres's clock. */
    readonly retryAt: number,
  ) {
    super(`the marker field cannot be used: ${reason}`);
    this.name = 'MarkerFieldMissing';
  }
}

/**
 * Finds or creates the field, once per lane and entity; the lane's lease makes us the only one of ours who does. Creating
 * it is a write like any other: after an answer that stayed out the list is read first, and no second POST goes out
 * before D.
 */
export class MarkerFields {
  /** Effects that are made ready together want the same field: one of them sees to it. */
  private readonly ensuring = new Map<string, Promise<void>>();
  /** Refusals in a row, by lane and entity: a field that amoCRM refuses is asked for again as a lane that fails is. */
  private readonly refusals = new Map<string, number>();
  /** Seen by this process. One that a person has deleted is refused by amoCRM, and then forgotten. */
  private readonly present = new Set<string>();

  constructor(
    private readonly dataSource: DataSource,
    private readonly visibilityDelayMs: number,
  ) {}

  /** @throws MarkerFieldMissing, ReadFailure, NoCredentials */
  async ensure(requests: LaneRequests, portal: PortalRow, entity: MarkedEntity, now: number): Promise<void> {
    const key = keyOf(requests.lease.lane, entity);
    if (this.present.has(key)) return;
    const running =
      this.ensuring.get(key) ??
      this.findOrCreate(requests, portal, entity, now).finally(() => this.ensuring.delete(key));
    this.ensuring.set(key, running);
    await running;
  }

  private async findOrCreate(
    requests: LaneRequests,
    portal: PortalRow,
    entity: MarkedEntity,
    now: number,
  ): Promise<void> {
    const { lane } = requests.lease;
    const key = keyOf(lane, entity);
    const [known]: { is_present: boolean; tried_at: number }[] = await this.dataSource.query(
      `select is_present, (extract(epoch from tried_at) * 1000)::float8 as tried_at
         from lane_marker_field where lane = $1 and entity = $2`,
      [lane, entity],
    );
    if (known?.is_present === true) {
      this.present.add(key);
      return;
    }

    const fields = await requests.read(portal, (client, options) => client.customFields(entity, options));
    if (fields.some((field) => field.code === markerFieldCode)) return this.found(lane, entity, now);
    if (known !== undefined && now < known.tried_at + this.visibilityDelayMs) {
      throw new MarkerFieldMissing('creation_in_doubt', known.tried_at + this.visibilityDelayMs);
    }

    await this.note(lane, entity, false, now);
    const created = await requests.send(portal, (client, options) =>
      client.createCustomField(
        entity,
        { type: 'text', name: 'Перезвон: номер действия', code: markerFieldCode, is_api_only: true },
        options,
      ),
    );
    switch (created.kind) {
      case 'done':
        return this.found(lane, entity, now);
      case 'in_doubt':
        throw new MarkerFieldMissing('creation_in_doubt', now + this.visibilityDelayMs);
      case 'rejected': {
        // A matter of the portal (rights, a tariff without fields), not of the call: the call waits. Or a passing one.
        await this.forget(lane);
        const before = this.refusals.get(key) ?? 0;
        this.refusals.set(key, before + 1);
        throw new MarkerFieldMissing(created.reason, now + pauseMsAfter(before, 0));
      }
      case 'retry':
      case 'stop_portal':
        await this.forget(lane);
        throw new ReadFailure(portal, created);
    }
  }

  private async found(lane: string, entity: MarkedEntity, now: number): Promise<void> {
    this.refusals.delete(keyOf(lane, entity));
    await this.note(lane, entity, true, now);
  }

  /** amoCRM refused a field: perhaps a person deleted ours. It is looked for again before the next write. */
  async forget(lane: string): Promise<void> {
    for (const entity of ['contacts', 'leads'] as const) this.present.delete(keyOf(lane, entity));
    await this.dataSource.query(`delete from lane_marker_field where lane = $1`, [lane]);
  }

  private async note(lane: string, entity: MarkedEntity, isPresent: boolean, now: number): Promise<void> {
    await this.dataSource.query(
      `insert into lane_marker_field (lane, entity, is_present, tried_at)
       values ($1, $2, $3, to_timestamp($4::float8 / 1000))
       on conflict (lane, entity) do update set is_present = excluded.is_present, tried_at = excluded.tried_at`,
      [lane, entity, isPresent, now],
    );
  }
}

const keyOf = (lane: string, entity: MarkedEntity): string => `${lane}|${entity}`;
