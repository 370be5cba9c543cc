import { createHash } from 'node:crypto';
import { settingsSchema, type PbxSource } from '@perezvon/contracts';
import { isSameSecret } from '@perezvon/service';
import type { DataSource } from 'typeorm';

export interface OwnedSource {
  readonly accountId: string;
  readonly source: PbxSource;
}

/** Hash that no secret has: an unknown source is compared with it, and its answer takes as long. */
const NOBODYS_HASH = '0'.repeat(64);

/** Who may ask: PBX sources as the newest settings hold them, by the hash of their secret (docs/decisions/0002). */
export class PbxSources {
  constructor(private readonly dataSource: DataSource) {}

  /** The UIS source with this id, if `secret` is its own. */
  async uis(sourceId: string, secret: string): Promise<OwnedSource | null> {
    const [found] = isUuid(sourceId) ? await this.read('source_id = $1::uuid', sourceId) : [];
    const isOwn = proves(secret, found?.source.secretHash ?? NOBODYS_HASH);
    return found?.source.kind === 'uis' && isOwn ? found : null;
  }

  /** The source of the account whose secret this is. */
  async ofAccount(accountId: string, secret: string): Promise<OwnedSource | null> {
    const own = await this.read('account_id = $1', accountId);
    // Each is compared, so that the time taken does not tell which one it was.
    const matching = own.filter(({ source }) => proves(secret, source.secretHash));
    return matching[0] ?? null;
  }

  private async read(condition: string, parameter: string): Promise<OwnedSource[]> {
    const rows: { account_id: string; document: unknown }[] = await this.dataSource.query(
      `select account_id, document from pbx_sources where ${condition}`,
      [parameter],
    );
    return rows.map((row) => ({ accountId: row.account_id, source: pbxSource.parse(row.document) }));
  }
}

const pbxSource = settingsSchema.shape.sources.element;

const proves = (secret: string, hash: string) => isSameSecret(createHash('sha256').update(secret).digest('hex'), hash);

const isUuid = (text: string) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
