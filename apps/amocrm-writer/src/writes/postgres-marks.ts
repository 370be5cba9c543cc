import type { DataSource } from 'typeorm';
import type { MarkedBy, MarkStore } from './high-water.js';

export class PostgresMarks implements MarkStore {
  constructor(private readonly dataSource: DataSource) {}

  async known(lane: string, by: MarkedBy): Promise<number | null> {
    const [row]: { max_id: number }[] = await this.dataSource.query(
      `select max_id::float8 from lane_high_water where lane = $1 and entity = $2`,
      [lane, by],
    );
    return row?.max_id ?? null;
  }

  async raise(lane: string, by: MarkedBy, id: number): Promise<void> {
    await this.dataSource.query(
      `insert into lane_high_water (lane, entity, max_id) values ($1, $2, $3)
       on conflict (lane, entity) do update set max_id = greatest(lane_high_water.max_id, excluded.max_id)`,
      [lane, by, id],
    );
  }
}
