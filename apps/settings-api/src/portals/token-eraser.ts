import { type PortalLeave } from '@perezvon/contracts';
import { type CredentialStore } from '@perezvon/credentials';
import { type Logger } from '@perezvon/service';
import { type DataSource } from 'typeorm';

/**
 * Erases the tokens of portals that were deleted. Tokens are in another schema, so this cannot be one transaction with
 * the deletion: the portal's row stays, marked, until its token is gone. Our hooks go first: that takes the token. Done after each deletion and at each start.
 */
export class TokenEraser {
  constructor(
    private readonly dataSource: DataSource,
    private readonly credentials: CredentialStore,
    private readonly logger: Logger,
    /** Takes our hooks away while there is a token; null: nobody could. Fails for nothing that a portal may be up to. */
    private readonly leave: (portalId: string) => Promise<PortalLeave | null>,
  ) {}

  /** Never fails: what cannot be erased now is erased by the next run. */
  async erase(): Promise<void> {
    try {
      const rows: { portal_id: string }[] = await this.dataSource.query(
        'select portal_id from portals where deleted_at is not null',
      );
      // Together: one portal that does not answer must not keep the tokens of others.
      const left = await Promise.all(rows.map((row) => this.leave(row.portal_id)));
      for (const [index, { portal_id: portalId }] of rows.entries()) {
        await this.credentials.erase(portalId);
        await this.dataSource.query('delete from portals where portal_id = $1 and deleted_at is not null', [portalId]);
        const { hooks = 'unknown', reason = null } = left[index] ?? {};
        this.logger.info({ portalId, hooks, reason }, 'token of a deleted portal erased');
      }
    } catch (error) {
      this.logger.warn({ err: error }, 'tokens of deleted portals could not be erased, the next run will');
    }
  }
}
