import { type CallEmployee, type CallEvent } from '@perezvon/contracts';
import { columns } from '@perezvon/postgres';
import { type DataSource } from 'typeorm';

/** An employee as the PBX's events name them. */
export interface SeenEmployee {
  readonly pbxId: string | null;
  readonly login: string | null;
  readonly ext: string | null;
  readonly phone: string | null;
  readonly name: string | null;
  readonly seenAt: Date;
}

/** Employees that an account's PBX names in its events, so that nobody has to type what the PBX knows. */
export class SeenEmployees {
  constructor(private readonly dataSource: DataSource) {}

  /** In any order, any number of times: the newest counts. */
  async note(events: readonly CallEvent[]): Promise<void> {
    const employees = newestOf(events.flatMap(employeesIn), (seen) => `${seen.accountId} ${seen.key}`);
    await this.dataSource.query(
      `insert into seen_employees as known (account_id, employee_key, body, seen_at)
       select * from unnest($1::text[], $2::text[], $3::jsonb[], $4::timestamptz[])
           as seen (account_id, employee_key, body, seen_at) order by account_id, employee_key
       on conflict (account_id, employee_key) do update set body = excluded.body, seen_at = excluded.seen_at
        where known.seen_at < excluded.seen_at`,
      columns(
        employees,
        (seen) => seen.accountId,
        (seen) => seen.key,
        (seen) => JSON.stringify(seen.employee),
        (seen) => seen.at,
      ),
    );
  }

  /** The one that was seen last first. */
  async of(accountId: string): Promise<SeenEmployee[]> {
    const rows: { body: CallEmployee; seen_at: Date }[] = await this.dataSource.query(
      'select body, seen_at from seen_employees where account_id = $1 order by seen_at desc limit 10000',
      [accountId],
    );
    return rows.map(({ body, seen_at }) => ({
      pbxId: body.pbx_id ?? null,
      login: body.login ?? null,
      ext: body.ext ?? null,
      phone: body.phone ?? null,
      name: body.name ?? null,
      seenAt: seen_at,
    }));
  }
}

interface Sighting {
  readonly accountId: string;
  readonly key: string;
  readonly employee: CallEmployee;
  readonly at: string;
}

function employeesIn(event: CallEvent): Sighting[] {
  const named = [
    event.employee,
    event.from_employee,
    event.to_employee,
    ...(event.participants ?? []).map((participant) => participant.employee),
  ];
  return named.flatMap((employee) => {
    const key = employee == null ? undefined : keyOf(employee);
    if (employee == null || key === undefined) return [];
    return [{ accountId: event.account_id, key, employee, at: event.received_at }];
  });
}

/** The surest name that the PBX gave; one known by a display name alone cannot be told from a namesake. */
function keyOf({ pbx_id, login, ext, phone }: CallEmployee): string | undefined {
  if (pbx_id) return `id ${pbx_id}`;
  if (login) return `login ${login}`;
  if (ext) return `ext ${ext}`;
  return phone ? `phone ${phone}` : undefined;
}

/** A statement may name a row once only. */
function newestOf<Item extends { readonly at: string }>(items: readonly Item[], key: (item: Item) => string): Item[] {
  const newest = new Map<string, Item>();
  for (const item of items) {
    const known = newest.get(key(item));
    if (known === undefined || known.at < item.at) newest.set(key(item), item);
  }
  return [...newest.values()];
}
