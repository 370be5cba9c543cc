import { NotFoundException } from '@nestjs/common';
import { portalUrl, type PortalUrlProblem, type TokenPair } from '@perezvon/amocrm';
import { CredentialsError, type CredentialStore, readToken } from '@perezvon/credentials';
import { type Localized, Problem } from '@perezvon/service';
import { type DataSource, type EntityManager } from 'typeorm';
import { type AccountChanges } from '../accounts/account-changes.js';
import { Documents } from '../accounts/documents.js';
import { tooMany } from '../http/limits.js';
import { invalid } from '../http/validation.js';
import { timeOrderedUuid } from '../ids.js';
import { type TokenEraser } from './token-eraser.js';

export interface PortalView {
  readonly portalId: string;
  readonly name: string | null;
  readonly url: string;
  /** Whether a token was given. Whether it works is in the portal's problems. */
  readonly hasCredentials: boolean;
  readonly createdAt: Date;
}

export interface PortalChange {
  readonly name?: string | null;
  readonly url?: string;
  readonly longLivedToken?: string;
  /** Whose the new address is, where the portal has credentials. */
  readonly account?: 'same' | 'another';
}

const columnsOfView = `portal_id as "portalId", name, url, credentials_revision is not null as "hasCredentials",
  created_at as "createdAt"`;

const maxPortalsPerAccount = 100;

const urlProblems: Readonly<Record<PortalUrlProblem, Localized>> = {
  malformed: {
    ru: 'Это не адрес. Укажите адрес вида example.amocrm.ru.',
    en: 'This is not an address. Give one such as example.amocrm.ru.',
  },
  userinfo: { ru: 'Уберите из адреса имя и пароль.', en: 'Remove the user name and password from the address.' },
  scheme: { ru: 'Адрес должен начинаться с https://.', en: 'The address must begin with https://.' },
  port: { ru: 'Уберите из адреса порт.', en: 'Remove the port from the address.' },
  host: {
    ru: 'Это не адрес аккаунта amoCRM: подходят адреса на amocrm.ru, amocrm.com и kommo.com.',
    en: 'Not the address of an amoCRM account: it must be on amocrm.ru, amocrm.com or kommo.com.',
  },
};

/** An account's amoCRM portals and their tokens. */
export class Portals {
  constructor(
    private readonly dataSource: DataSource,
    private readonly changes: AccountChanges,
    private readonly credentials: CredentialStore,
    private readonly eraser: TokenEraser,
    private readonly extraOrigins: readonly string[],
    /** How many operations wait for the portal; null: nobody can say now. */
    private readonly waitingAt: (portalId: string) => Promise<number | null>,
  ) {}

  async list(accountId: string): Promise<PortalView[]> {
    await this.changes.requireAccount(accountId);
    return this.dataSource.query(
      `select ${columnsOfView} from portals where account_id = $1 and deleted_at is null order by portal_id`,
      [accountId],
    );
  }

  async get(accountId: string, portalId: string): Promise<PortalView> {
    const rows: PortalView[] = await this.dataSource.query(
      `select ${columnsOfView} from portals where account_id = $1 and portal_id = $2 and deleted_at is null`,
      [accountId, portalId],
    );
    if (rows[0] === undefined) throw new NotFoundException();
    return rows[0];
  }

  /** With a token both are stored, or the portal is refused for what the token is. */
  async add(accountId: string, typedUrl: string, name: string | null, token?: string): Promise<PortalView> {
    const url = this.canonicalUrl(typedUrl);
    if (token !== undefined) requireToken(token);
    const portalId = timeOrderedUuid();
    await this.changes.change(accountId, 'portal_added', async (tx) => {
      await this.refuseSecond(tx, accountId, url);
      const rows: { n: number }[] = await tx.query(
        'select count(*)::int as n from portals where account_id = $1 and deleted_at is null',
        [accountId],
      );
      if ((rows[0]?.n ?? 0) >= maxPortalsPerAccount) throw tooMany(maxPortalsPerAccount);
      await tx.query('insert into portals (portal_id, account_id, name, url) values ($1, $2, $3, $4)', [
        portalId,
        accountId,
        name,
        url,
      ]);
    });
    if (token !== undefined) await this.putLongLivedToken(accountId, portalId, token);
    return this.get(accountId, portalId);
  }

  /**
   * Absent fields stay as they are; a name of null is taken away. Where there are credentials, another address is taken
   * only for the same amoCRM account, which was renamed: the writer looks whether it is, and writes nothing if it is not.
   * A move to another account is `PortalMoves`.
   */
  async edit(accountId: string, portalId: string, changed: PortalChange): Promise<PortalView> {
    if (changed.longLivedToken !== undefined) requireToken(changed.longLivedToken);
    await this.changes.change(accountId, 'portal_changed', async (tx) => {
      const portal = await existing(tx, accountId, portalId);
      if (changed.name !== undefined) {
        await tx.query('update portals set name = $2 where portal_id = $1', [portalId, changed.name]);
      }
      if (changed.url === undefined) return;
      const url = this.canonicalUrl(changed.url);
      if (url === portal.url) return;
      if (portal.credentials_revision !== null && changed.account !== 'same') throw whichAccount();
      await this.refuseSecond(tx, accountId, url);
      await tx.query('update portals set url = $2 where portal_id = $1', [portalId, url]);
    });
    if (changed.longLivedToken !== undefined) {
      await this.putLongLivedToken(accountId, portalId, changed.longLivedToken);
    }
    return this.get(accountId, portalId);
  }

  /** Whether the portal has credentials and `url` is another address than its present one. */
  async isMove(accountId: string, portalId: string, url: string): Promise<boolean> {
    const portal = await this.get(accountId, portalId);
    return portal.hasCredentials && this.canonicalUrl(url) !== portal.url;
  }

  /**
   * @param deactivate switch the integration off first if it uses this portal; otherwise such a portal is refused
   */
  async remove(accountId: string, portalId: string, deactivate: boolean): Promise<void> {
    const { body: settings } = await new Documents(this.dataSource, accountId).integration();
    const isRefused = settings.portalId === portalId && !deactivate;
    const waiting = isRefused ? await this.waitingAt(portalId) : null;
    await this.changes.change(accountId, 'portal_deleted', async (tx) => {
      await existing(tx, accountId, portalId);
      const documents = new Documents(tx, accountId);
      const { body: integration } = await documents.integration();
      if (integration.portalId === portalId) {
        if (!deactivate) throw portalInUse(integration.active, waiting);
        await documents.save('integration', { ...integration, active: false, portalId: null });
      }
      await tx.query('delete from crm_copies where portal_id = $1', [portalId]);
      await tx.query('update portals set deleted_at = now() where portal_id = $1', [portalId]);
    });
    await this.eraser.erase();
  }

  /**
   * Stores the token, encrypted, then tells by a new revision that there is another one. A failure between the two
   * leaves the token stored and the caller without an answer: repeating is right, and harmless.
   */
  async putLongLivedToken(accountId: string, portalId: string, token: string): Promise<void> {
    await this.get(accountId, portalId);
    requireToken(token);
    await this.credentials.putLongLivedToken(portalId, accountId, token);
    await this.tellOfToken(accountId, portalId);
  }

  /** The same for the pair that a person's consent gave. */
  async putOauthPair(accountId: string, portalId: string, pair: TokenPair): Promise<void> {
    await this.credentials.putOauthPair(portalId, accountId, pair);
    await this.tellOfToken(accountId, portalId);
  }

  private async tellOfToken(accountId: string, portalId: string): Promise<void> {
    await this.changes.change(accountId, 'credentials_changed', async (tx) => {
      const [rows]: [unknown[], number] = await tx.query(
        `update portals set credentials_revision = coalesce(credentials_revision, 0) + 1
          where account_id = $1 and portal_id = $2 and deleted_at is null returning portal_id`,
        [accountId, portalId],
      );
      // Deleted since: its token must go as well, and the eraser may have been there already.
      if (rows.length === 0) {
        await this.credentials.erase(portalId);
        throw new NotFoundException();
      }
    });
  }

  private canonicalUrl(typed: string): string {
    const parsed = portalUrl(typed, this.extraOrigins);
    if (parsed.ok) return parsed.origin;
    throw invalid([{ path: 'url', code: `url_${parsed.reason}`, message: urlProblems[parsed.reason] }]);
  }

  private async refuseSecond(tx: EntityManager, accountId: string, url: string): Promise<void> {
    const same: unknown[] = await tx.query(
      'select 1 from portals where account_id = $1 and url = $2 and deleted_at is null',
      [accountId, url],
    );
    if (same.length === 0) return;
    throw new Problem({
      status: 409,
      code: 'portal_exists',
      message: { ru: 'Этот аккаунт amoCRM уже добавлен.', en: 'This amoCRM account has already been added.' },
    });
  }
}

async function existing(
  tx: EntityManager,
  accountId: string,
  portalId: string,
): Promise<{ url: string; credentials_revision: number | null }> {
  const rows: { url: string; credentials_revision: number | null }[] = await tx.query(
    'select url, credentials_revision from portals where account_id = $1 and portal_id = $2 and deleted_at is null',
    [accountId, portalId],
  );
  if (rows[0] === undefined) throw new NotFoundException();
  return rows[0];
}

/** Another address may be another amoCRM account. Only amoCRM could tell, and this service does not ask it. */
function whichAccount(): Problem {
  return new Problem({
    status: 409,
    code: 'portal_address_change',
    message: {
      ru: 'По новому адресу тот же аккаунт amoCRM или другой? Тот же, переименованный: повторите с account: same. Другой: account: another и его токен; интеграция выключится, воронки и ответственных нужно будет выбрать заново.',
      en: 'Is it the same amoCRM account at the new address, or another one? The same, renamed: repeat with account: same. Another: account: another and its token; the integration is switched off, pipelines and responsibles are to be chosen anew.',
    },
  });
}

function portalInUse(isActive: boolean, waiting: number | null): Problem {
  return new Problem({
    status: 409,
    code: 'portal_in_use',
    message: {
      ru: 'Портал выбран в настройках интеграции. Чтобы выключить интеграцию и удалить его, повторите с deactivate=true.',
      en: 'The integration uses this portal. To switch it off and delete the portal, repeat with deactivate=true.',
    },
    extra: { usedBy: [{ kind: 'integration', active: isActive }], waiting },
  });
}

/** Before anything is stored: nothing is left half done for what can be seen at once. */
function requireToken(token: string): void {
  try {
    readToken(token);
  } catch (error) {
    if (error instanceof CredentialsError && error.code === 'malformed_token') throw malformedToken();
    throw error;
  }
}

function malformedToken(): Problem {
  return invalid([
    {
      path: 'longLivedToken',
      code: 'malformed_token',
      message: {
        ru: 'Это не похоже на долгосрочный токен amoCRM. Скопируйте его целиком.',
        en: 'This does not look like a long-lived token of amoCRM. Copy the whole of it.',
      },
    },
  ]);
}
