import { Problem } from '@perezvon/service';
import { type DataSource } from 'typeorm';
import { type AccountChanges } from '../accounts/account-changes.js';
import { Documents } from '../accounts/documents.js';
import { invalid } from '../http/validation.js';
import { forAnotherAccount } from './another-account.js';
import { type Portals, type PortalView } from './portals.js';

export interface Move {
  readonly url: string;
  /** Absent: the new portal has the name of the old one. */
  readonly name?: string | null;
  readonly longLivedToken?: string;
  /** The caller knows that what waits for the old account is stopped for good. */
  readonly parkWaiting?: boolean;
}

/**
 * The address of a portal is changed to that of another amoCRM account (docs/decisions/0070). A portal is one amoCRM
 * account for its whole life: commands are pinned to it, and must never be written elsewhere. So another portal takes its
 * place:
 *
 *     add the new one ─▶ give it its token ─▶ choose it instead, switched off, and delete the old one
 *
 * Each step stands by itself: cut short, the account has one more portal that nobody uses, and the change can be repeated
 * after deleting it. What was left waiting for the old portal is parked by the writer as `portal_deleted`.
 */
export class PortalMoves {
  constructor(
    private readonly dataSource: DataSource,
    private readonly changes: AccountChanges,
    private readonly portals: Portals,
    /** How many operations wait for the portal; null: nobody can say now. */
    private readonly waitingAt: (portalId: string) => Promise<number | null>,
  ) {}

  /** @returns the portal that stands in the old one's place, under an id of its own */
  async move(accountId: string, portalId: string, move: Move): Promise<PortalView> {
    const old = await this.portals.get(accountId, portalId);
    if (move.longLivedToken === undefined) throw tokenNeeded();
    const waiting = await this.waitingAt(portalId);
    if (waiting !== 0 && move.parkWaiting !== true) throw operationsWait(waiting);
    const added = await this.portals.add(accountId, move.url, move.name === undefined ? old.name : move.name);
    try {
      await this.portals.putLongLivedToken(accountId, added.portalId, move.longLivedToken);
    } catch (error) {
      await this.portals.remove(accountId, added.portalId, false);
      throw error;
    }
    await this.changes.change(accountId, 'portal_moved', async (tx) => {
      const documents = new Documents(tx, accountId);
      const { body: integration } = await documents.integration();
      if (integration.portalId !== portalId) return;
      await documents.save('integration', forAnotherAccount(integration, added.portalId));
      // Users of the old account; the new one's are suggested as soon as they are read.
      await documents.save('mapping', []);
    });
    await this.portals.remove(accountId, portalId, false);
    return this.portals.get(accountId, added.portalId);
  }
}

function tokenNeeded(): Problem {
  return invalid([
    {
      path: 'longLivedToken',
      code: 'token_needed',
      message: {
        ru: 'У другого аккаунта amoCRM свой токен: вставьте его вместе с новым адресом.',
        en: 'Another amoCRM account has a token of its own: give it together with the new address.',
      },
    },
  ]);
}

function operationsWait(waiting: number | null): Problem {
  const howMany =
    waiting === null
      ? { ru: 'Сейчас нельзя узнать, ждут ли операции', en: 'It cannot be told now whether operations wait' }
      : { ru: `Операций ждёт: ${waiting}`, en: `Operations waiting: ${waiting}` };
  return new Problem({
    status: 409,
    code: 'operations_wait',
    message: {
      ru: `${howMany.ru}; в другой аккаунт они не попадут. Подождите, пока они будут записаны, или повторите с parkWaiting: true, тогда они остановятся.`,
      en: `${howMany.en}; they are never written to another account. Wait until they are, or repeat with parkWaiting: true, which stops them.`,
    },
    extra: { waiting },
  });
}
