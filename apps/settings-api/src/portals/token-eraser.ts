import { type CredentialStore } from '@perezvon/credentials';
import { type Logger } from '@perezvon/service';
import { type DataSource } from 'typeorm';

/**
 * Erases the tokens of portals that were deleted. Tokens are in another schema, so this cannot be one transaction with
 * the deletion: the portal's row stays, marked, until its token is gone. Done after each deletion and at each start.
 */
export class TokenEraser {
  constructor(
    private readonly dataSource: DataSource,
    private readonly credentials: CredentialStore,
    private readonly logger: Logger,
  ) {}

  /** Never fails: what cannot be erased now is erased by the next run. */
  async erase(): Promise<void> {
    try {
      const rows: { portal_id: string }[] = await this.dataSource.query(
        'select portal_id from portals where deleted_at is not null',
      );
      for (const { portal_id: portalId } of rows) {
        await this.credentials.erase(portalId);
        await this.dataSource.query('delete from portals where portal_id = $1 and deleted_at is not null', [portalId]);
        this.logger.info({ portalId }, 'token of a deleted portal erased');
      }
    } catch (error) {
      this.logger.warn({ err: error }, 'tokens of deleted portals could not be erased, the next run will');
    }
  }
}
