import { randomUUID } from 'node:crypto';
import { lookupIdOf, route, routeIdOf, type Routing } from '@perezvon/calls';
import { commands, type ClientCard, type LookupCommand, type PbxEmployee, type Route } from '@perezvon/contracts';
import type { OutboxRecord, OutboxRelay } from '@perezvon/postgres';
import type { DataSource } from 'typeorm';
import type { SettingsCache } from '../settings/settings-cache.js';
import { keepAnswer } from './keep-answer.js';
import type { PortalUsers } from './portal-users.js';
import { readDirectory, type RouteDirectory } from './read-directory.js';
import type { RouteQuestion } from './route-question.js';

/**
 * Answers "who should take this call?" (rules.md R13) from the local directory alone: one read, one write, neither Kafka
 * nor amoCRM in between. The answer is journalled through the outbox, and an unknown phone in a directory that is not
 * complete is looked up for the next time.
 */
export class AnswerRoutes {
  constructor(
    /** Its own pool: the stream may have taken every connection of the other. */
    private readonly dataSource: DataSource,
    private readonly relay: Pick<OutboxRelay, 'wake'>,
    private readonly settingsCache: SettingsCache,
    private readonly portalUsers: PortalUsers,
    private readonly clientFreshForSec: number,
    private readonly clock: () => Date = () => new Date(),
  ) {}

  async answer(question: RouteQuestion): Promise<Route> {
    const database = this.dataSource.manager;
    const pbxCallId = question.pbxCallId ?? randomUUID();
    const routeId = routeIdOf(question, pbxCallId);
    const phone = question.client.e164;
    const asked = { accountId: question.accountId, phone, routeId };
    const found = await readDirectory(database, asked, this.clientFreshForSec);
    if (found.answered) return found.answered;
    const routing = await this.routing(question, found);
    const askedAt = this.clock().toISOString();
    const answer: Route = {
      ...described(routing),
      routeId,
      accountId: question.accountId,
      source: question.source,
      pbxCallId,
      phone,
      candidates: contactsIn(found.cards ?? []),
      asOf: found.asOf,
      settingsVersion: found.version,
      askedAt,
    };
    const kept = await keepAnswer(database, answer, lookupFor(answer, found));
    this.relay.wake();
    return kept;
  }

  private async routing(question: RouteQuestion, found: RouteDirectory): Promise<Routing> {
    const { version, portal } = found;
    const database = this.dataSource.manager;
    const key = version === null ? null : { accountId: question.accountId, version };
    const settings = key && (await this.settingsCache.get(database, [key]))(key);
    if (!settings) return UNKNOWN_ACCOUNT;
    return route({
      settings,
      direction: question.direction,
      client: question.client,
      cards: cardsIn(found),
      users: portal ? await this.portalUsers.of(database, portal) : [],
    });
  }
}

/** Nobody switched an integration on for an account that the engine has not heard of. */
const UNKNOWN_ACCOUNT: Routing = {
  decision: 'fallback',
  reason: 'integration_inactive',
  employee: null,
  contact: null,
  defaultEmployee: null,
};

/** Null: the directory cannot tell. A card once seen counts until it is seen gone; its absence only if it is certain. */
function cardsIn({ cards, isComplete, isFresh }: RouteDirectory): readonly ClientCard[] | null {
  if (cards !== null && cards.length > 0) return cards;
  return isComplete || (cards !== null && isFresh) ? [] : null;
}

const described = ({ decision, reason, employee, defaultEmployee, contact }: Routing) => ({
  decision,
  reason,
  employee: employee && nameable(employee),
  defaultEmployee: defaultEmployee && nameable(defaultEmployee),
  contact: contact && { id: contact.id, name: contact.name ?? null },
});

const nameable = ({ employeeId, pbxId, login, ext, phones, name }: PbxEmployee) => ({
  employeeId,
  pbxId: pbxId ?? null,
  login: login ?? null,
  ext: ext ?? null,
  phones,
  name: name ?? null,
});

const contactsIn = (cards: readonly ClientCard[]) =>
  cards.filter((card) => card.type === 'contact').map(({ id, responsibleUserId }) => ({ id, responsibleUserId }));

/** For the next time. Its id is the question's own: the call that follows asks for itself, if it must. */
function lookupFor(answer: Route, { portal }: RouteDirectory): OutboxRecord[] {
  if (answer.reason !== 'directory_incomplete' || answer.phone === null || portal?.lane == null) return [];
  const command: LookupCommand = {
    type: 'lookup',
    commandId: lookupIdOf(portal.lane, answer.phone, answer.routeId),
    accountId: answer.accountId,
    portalId: portal.portalId,
    lane: portal.lane,
    phone: answer.phone,
    requestedAt: answer.askedAt,
  };
  return [{ topic: commands.topic, key: commands.key(command), value: JSON.stringify(command) }];
}
