import { randomUUID } from 'node:crypto';
import { lookupIdOf, route, routeIdOf, type Routing } from '@perezvon/calls';
import { commands, type ClientCard, type LookupCommand, type PbxEmployee, type Route } from '@perezvon/contracts';
import type { OutboxRecord } from '@perezvon/postgres';
import type { DataSource } from 'typeorm';
import type { SettingsCache } from '../settings/settings-cache.js';
import type { Answered, KeepAnswers } from './keep-answers.js';
import type { PortalUsers } from './portal-users.js';
import { readDirectory, type RouteDirectory } from './read-directory.js';
import type { RouteQuestion } from './route-question.js';
import type { RouteLogger } from './route-logger.js';

interface Decided extends Answered {
  /** Nothing is owed for an answer that was given before. */
  readonly isNew: boolean;
}

/** A question that was taken up: its answer, and when it is written down. */
interface InHand {
  readonly answer: Promise<Route>;
  readonly kept: Promise<void>;
}

/**
 * Answers "who should take this call?" (rules.md R13) from the local directory alone: one read, neither Kafka nor amoCRM in
 * between. The answer leaves when it is decided and is written down behind it (docs/decisions/0054): journalled through the
 * outbox, with a lookup for the next time where the phone is unknown in a directory that is not complete.
 *
 *     asked ──read──▶ decided, answered ──write──▶ kept, forgotten here
 *
 * The same question joins the one in hand, from its beginning until its answer is kept; afterwards it finds that answer.
 */
export class AnswerRoutes {
  private readonly inHand = new Map<string, InHand>();

  constructor(
    /** Its own pool: the stream may have taken every connection of the other. */
    private readonly dataSource: DataSource,
    private readonly keepAnswers: KeepAnswers,
    private readonly settingsCache: SettingsCache,
    private readonly portalUsers: PortalUsers,
    private readonly clientFreshForSec: number,
    private readonly logger: RouteLogger,
    private readonly clock: () => Date = () => new Date(),
  ) {}

  answer(question: RouteQuestion): Promise<Route> {
    const pbxCallId = question.pbxCallId ?? randomUUID();
    const routeId = routeIdOf(question, pbxCallId);
    const inHand = this.inHand.get(routeId);
    if (inHand) return inHand.answer;
    const decided = this.decide(question, routeId, pbxCallId);
    const answer = decided.then((d) => d.answer);
    const kept = this.keep(decided).finally(() => this.inHand.delete(routeId));
    this.inHand.set(routeId, { answer, kept });
    return answer;
  }

  /** Resolves when every answer that was given is written down, or is known not to be. */
  async settled(): Promise<void> {
    await Promise.all([...this.inHand.values()].map(({ kept }) => kept));
  }

  private async decide(question: RouteQuestion, routeId: string, pbxCallId: string): Promise<Decided> {
    const phone = question.client.e164;
    const asked = { accountId: question.accountId, phone, routeId };
    const found = await readDirectory(this.dataSource, asked, this.clientFreshForSec);
    if (found.answered) return { answer: found.answered, isNew: false, lookup: [] };
    const answer: Route = {
      ...described(await this.routing(question, found)),
      routeId,
      accountId: question.accountId,
      source: question.source,
      ...(question.sourceInstance !== null && { sourceInstance: question.sourceInstance }),
      pbxCallId,
      phone,
      candidates: contactsIn(found.cards ?? []),
      asOf: found.asOf,
      settingsVersion: found.version,
      askedAt: this.clock().toISOString(),
    };
    return { answer, isNew: true, lookup: lookupFor(answer, found) };
  }

  private async keep(decided: Promise<Decided>): Promise<void> {
    const { answer, isNew, lookup } = await decided.catch(() => NOT_DECIDED); // who asked is told, and tells the log
    if (answer === null || !isNew) return;
    try {
      await this.keepAnswers.keep({ answer, lookup });
    } catch (error) {
      const { accountId, pbxCallId } = answer;
      this.logger.warn({ accountId, pbxCallId, err: error }, 'a routing answer could not be written down');
    }
  }

  private async routing(question: RouteQuestion, found: RouteDirectory): Promise<Routing> {
    const { version, portal } = found;
    const database = this.dataSource.manager;
    const key = version === null ? null : { accountId: question.accountId, version };
    const settings = key && (await this.settingsCache.get(database, [key]))(key);
    if (!settings) return UNKNOWN_ACCOUNT;
    return route({
      settings,
      source: question.source,
      direction: question.direction,
      client: question.client,
      cards: cardsIn(found),
      users: portal ? await this.portalUsers.of(database, portal) : [],
    });
  }
}

const NOT_DECIDED = { answer: null, isNew: false, lookup: [] };

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
