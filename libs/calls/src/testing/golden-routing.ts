import { routeIdOf } from '../ids.js';
import { route, type Routing } from '../route.js';
import { fallbackWords } from '../route-reasons.js';
import { CLIENT, settingsWith } from './given.js';
import type { History, RouteAsked } from './histories/history.js';
import { portalNow } from './portal-now.js';

/** A question for the personal manager (R13) and its answer; asked twice within a call, it is the first answer again. */
export interface RouteAnswered {
  readonly asked: RouteAsked;
  readonly routing: Routing;
  readonly isRepeated: boolean;
}

export function routedOf(history: History): readonly RouteAnswered[] {
  const given = new Map<string, Routing>();
  return (history.questions ?? []).map((asked): RouteAnswered => {
    const settings = settingsWith(history.settings);
    const source = asked.source ?? 'canonical';
    const routeId = routeIdOf({ accountId: settings.accountId, source, sourceInstance: null }, asked.call);
    const earlier = given.get(routeId);
    const routing = earlier ?? answerOf(asked, history);
    given.set(routeId, routing);
    return { asked, routing, isRepeated: earlier !== undefined };
  });
}

function answerOf(asked: RouteAsked, { settings }: History): Routing {
  return route({
    settings: settingsWith(settings),
    source: asked.source ?? 'canonical',
    direction: asked.direction ?? 'in',
    client: asked.client ?? { raw: CLIENT, e164: CLIENT, kind: 'e164' },
    cards: asked.cards,
    users: portalNow({ deactivated: asked.deactivated ?? [] }).users,
  });
}

export function routedLines({ asked, routing, isRepeated }: RouteAnswered, clockTime: (at: string) => string): unknown {
  const { decision, reason, employee, contact, defaultEmployee } = routing;
  const { at, call, source = 'canonical', direction, client, cards, deactivated } = asked;
  return {
    at: clockTime(at),
    call,
    askedBy: source,
    ...(direction && { direction }),
    ...(client && { client: client.e164 ?? `${client.kind} (${client.raw ?? ''})` }),
    directory: cards === null ? 'cannot tell' : cards.map(cardLine).join(', ') || 'nobody has the number',
    ...(deactivated && { deactivated }),
    answer: {
      [decision]: reason,
      ...(decision === 'fallback' && { journal: fallbackWords(reason).ru }),
      ...(isRepeated && { again: 'the answer of this call stands' }),
      ...(employee && { employee: nameOf(employee) }),
      ...(contact && { contact: contact.id }),
      defaultEmployee: defaultEmployee && nameOf(defaultEmployee),
    },
  };
}

const nameOf = ({ login, employeeId }: { login?: string | null | undefined; employeeId: string }) =>
  login ?? employeeId;

const cardLine = ({ type, id, responsibleUserId }: NonNullable<RouteAsked['cards']>[number]) =>
  `${type} ${String(id)} of ${responsibleUserId === null ? 'nobody' : String(responsibleUserId)}`;
