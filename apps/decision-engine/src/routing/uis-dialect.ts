import type { PbxSource, Route, RouteEmployee } from '@perezvon/contracts';
import type { OwnedSource } from './pbx-sources.js';
import { clientOf, type RouteQuestion } from './route-question.js';

/** «Интерактивная обработка вызова» of UIS (reference/pbx-events.md §2.5): its parameters, and what it understands. */

/** Digits of numbers to ring, or the branch of the scenario to go on with. */
export type UisAnswer = { readonly phones: readonly string[] } | { readonly returned_code: number };

/** The scenario's own branch: the caller goes on as if we were not there. */
export const OWN_BRANCH: UisAnswer = { returned_code: 1 };

/** The step's parameters by GET or by POST, as the cabinet's administrator has chosen them. */
export function uisQuestion(
  { accountId, source }: OwnedSource,
  parameters: Readonly<Record<string, unknown>>,
): RouteQuestion {
  return {
    accountId,
    source: 'uis',
    sourceInstance: source.instance,
    pbxCallId: textIn(parameters, 'call_session_id') ?? textIn(parameters, 'cdr_id'),
    direction: 'in',
    client: clientOf(textIn(parameters, 'numa')),
  };
}

/** A cabinet that sends JSON may write ids and numbers as numbers; long ones come as text (`parseJson`). */
function textIn(parameters: Readonly<Record<string, unknown>>, name: string): string | null {
  const value = parameters[name];
  if (typeof value !== 'string' && typeof value !== 'number') return null;
  const text = String(value).trim();
  return text === '' || text.length > 200 ? null : text;
}

/** A fallback goes to the default employee only where the source says so (R13). */
export function uisAnswer(route: Pick<Route, 'employee' | 'defaultEmployee'>, source: PbxSource): UisAnswer {
  const fallback = source.routeFallback === 'default_employee' ? route.defaultEmployee : null;
  const phones = numbersOf(route.employee ?? fallback);
  return phones.length > 0 ? { phones } : OWN_BRANCH;
}

/** The first full number only: whether UIS rings several at once, or takes an extension, is not documented. */
const numbersOf = (employee: Pick<RouteEmployee, 'phones'> | null) =>
  (employee?.phones ?? []).slice(0, 1).map((phone) => phone.slice(1));
