import { UnauthorizedException } from '@nestjs/common';
import type { Route, RouteEmployee, RouteReason } from '@perezvon/contracts';

/** What `POST /v1/route` answers (reference/pbx-events.md §4.10). */
export type RouteAnswer =
  | {
      readonly decision: 'connect';
      readonly employee: Employee;
      readonly contact: Contact | null;
      readonly reason: RouteReason;
      readonly cache_ttl_sec: number;
    }
  | {
      readonly decision: 'fallback';
      readonly reason: RouteReason;
      readonly default_employee: Employee | null;
      readonly contact: Contact | null;
    };

interface Employee {
  readonly pbx_id: string | null;
  readonly login: string | null;
  readonly ext: string | null;
  /** Digits without `+`. */
  readonly phone: string | null;
  readonly name: string | null;
}

interface Contact {
  readonly crm_id: number;
  readonly name: string | null;
}

/** A PBX that asks once per call needs none; one that asks for each leg may keep the answer for this long. */
const CACHE_TTL_SEC = 300;

/** We could not look, or were asked what nobody can answer. */
export const NO_ANSWER: RouteAnswer = {
  decision: 'fallback',
  reason: 'directory_incomplete',
  default_employee: null,
  contact: null,
};

export function routeAnswer(route: Route): RouteAnswer {
  const { decision, reason, employee } = route;
  const contact = route.contact && { crm_id: route.contact.id, name: route.contact.name ?? null };
  if (decision === 'connect' && employee) {
    return { decision, employee: named(employee), contact, reason, cache_ttl_sec: CACHE_TTL_SEC };
  }
  const byDefault = route.defaultEmployee;
  return { decision: 'fallback', reason, default_employee: byDefault && named(byDefault), contact };
}

function named({ pbxId, login, ext, phones, name }: RouteEmployee): Employee {
  return {
    pbx_id: pbxId ?? null,
    login: login ?? null,
    ext: ext ?? null,
    phone: phones[0]?.slice(1) ?? null,
    name: name ?? null,
  };
}

/** Nothing tells a stranger whether the account, the source or the secret was wrong. */
export const unauthorised = () => new UnauthorizedException();
