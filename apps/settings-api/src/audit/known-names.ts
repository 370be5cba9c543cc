import { type PbxEmployee, portalSchema, settingsSchema } from '@perezvon/contracts';
import { type DataSource } from 'typeorm';

/** What the ids in an account's settings are called; an id that is missing has no name any more. */
export interface KnownNames {
  readonly pipelines: ReadonlyMap<number, string>;
  readonly stages: ReadonlyMap<number, string>;
  readonly users: ReadonlyMap<number, string>;
  readonly taskTypes: ReadonlyMap<number, string>;
  /** Portals and employees. */
  readonly ours: ReadonlyMap<string, string>;
  /** PBX sources: of which kind, and the name of the cabinet if it has one. */
  readonly sources: ReadonlyMap<string, { readonly kind: string; readonly instance: string | null }>;
}

export const noNames: KnownNames = {
  pipelines: new Map(),
  stages: new Map(),
  users: new Map(),
  taskTypes: new Map(),
  ours: new Map(),
  sources: new Map(),
};

interface PortalRow {
  readonly portal_id: string;
  readonly name: string | null;
  readonly url: string;
  /** What `crm.portals.v1` last said of it; null = nothing yet. */
  readonly copy: unknown;
}

/** By the account's own portals and employees as they are now, deleted portals too, and by what amoCRM last told. */
export async function knownNames(dataSource: DataSource, accountId: string): Promise<KnownNames> {
  const portals: PortalRow[] = await dataSource.query(
    `select portals.portal_id, portals.name, portals.url, crm_copies.body as copy
       from portals left join crm_copies on crm_copies.portal_id = portals.portal_id
      where portals.account_id = $1`,
    [accountId],
  );
  const documents: { body: unknown }[] = await dataSource.query(
    `select body from documents where account_id = $1 and kind = 'employees'`,
    [accountId],
  );
  const sources: { source_id: string; kind: string; instance: string | null }[] = await dataSource.query(
    'select source_id, kind, instance from pbx_sources where account_id = $1',
    [accountId],
  );
  const copies = portals.filter(({ copy }) => copy !== null).map(({ copy }) => portalSchema.parse(copy));
  const pipelines = copies.flatMap((copy) => copy.pipelines);
  const employees = documents.flatMap(({ body }) => settingsSchema.shape.employees.parse(body));
  return {
    pipelines: byId(pipelines),
    stages: byId(pipelines.flatMap(({ statuses }) => statuses)),
    users: byId(copies.flatMap((copy) => copy.users)),
    taskTypes: byId(copies.flatMap((copy) => copy.taskTypes)),
    ours: new Map([
      ...portals.map(({ portal_id: id, name, url }) => [id, name ?? new URL(url).host] as const),
      ...employees.map((employee) => [employee.employeeId, titleOf(employee)] as const),
    ]),
    sources: new Map(sources.map(({ source_id: id, kind, instance }) => [id, { kind, instance }])),
  };
}

const byId = (things: readonly { readonly id: number; readonly name: string }[]): ReadonlyMap<number, string> =>
  new Map(things.map(({ id, name }) => [id, name]));

const titleOf = ({ name, ext, login, employeeId }: PbxEmployee): string => name ?? ext ?? login ?? employeeId;
