import { type PbxSource } from '@perezvon/contracts';
import { type DataSource } from 'typeorm';
import { type Cabinet } from '../adapters/push-adapter.js';
import { selectChangedAccounts } from './account-statements.js';

/** A PBX source with the account that it belongs to. */
export interface AuthorisedSource {
  readonly accountId: string;
  readonly source: PbxSource;
}

/** What an adapter has to know of the source. */
export function cabinetOf({ accountId, source }: AuthorisedSource): Cabinet {
  const { instance, timeZone, fieldMap } = source;
  return { accountId, instance, timeZone, fieldMap: fieldMap ?? undefined };
}

/**
 * The accounts and PBX sources that this process knows, in memory: the stream asks for each event. The table behind it
 * is shared by all processes; each follows it by revision, so it does not matter which of them read the settings.
 */
export class AccountDirectory {
  private readonly sourcesOf = new Map<string, readonly PbxSource[]>();
  private readonly sources = new Map<string, AuthorisedSource>();
  private revision = '0';

  constructor(private readonly dataSource: DataSource) {}

  readonly knows = (accountId: string): boolean => this.sourcesOf.has(accountId);

  source(sourceId: string): AuthorisedSource | undefined {
    return this.sources.get(sourceId.toLowerCase());
  }

  /** The sources whose vendor may be asked for lost calls. */
  pulled(): AuthorisedSource[] {
    return [...this.sources.values()].filter(({ source }) => source.pull?.enabled === true);
  }

  /** Takes over what any process has stored since the last time. */
  async refresh(): Promise<void> {
    for (const change of await selectChangedAccounts(this.dataSource, this.revision)) {
      this.forget(change.accountId);
      if (change.sources !== null) this.learn(change.accountId, change.sources);
      this.revision = change.revision;
    }
  }

  private forget(accountId: string): void {
    for (const source of this.sourcesOf.get(accountId) ?? []) this.sources.delete(source.sourceId.toLowerCase());
    this.sourcesOf.delete(accountId);
  }

  private learn(accountId: string, sources: readonly PbxSource[]): void {
    this.sourcesOf.set(accountId, sources);
    for (const source of sources) this.sources.set(source.sourceId.toLowerCase(), { accountId, source });
  }
}
