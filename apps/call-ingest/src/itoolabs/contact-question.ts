import { type PbxSource } from '@perezvon/contracts';
import { type AuthorisedSource } from '../accounts/account-directory.js';
import { type RouteAnswer, type RouteEmployee, type RouteQuestion } from '../routing/route-client.js';
import { type Command } from './command-body.js';

/** `cmd=contact`: who is calling, and whom shall the PBX connect (reference/pbx-events.md §1.4, §4.10). */
export interface ContactAnswer {
  readonly contact_name?: string;
  /** Login, else internal number, else direct number of an employee. */
  readonly responsible?: string;
}

/** Null = the PBX named no call, so there is nothing to ask about. */
export function contactQuestion(command: Command, { accountId, source }: AuthorisedSource): RouteQuestion | null {
  const callId = command.get('callid');
  if (callId === undefined) return null;
  return {
    account_id: accountId,
    source: 'itoolabs',
    source_instance: source.instance,
    call_id: callId,
    client_phone: command.get('phone') ?? null,
    virtual_number: command.get('diversion') ?? null,
  };
}

/** `{}` = the PBX follows its own dial plan: also when we do not know in time. */
export function contactAnswer(route: RouteAnswer | null, routeFallback: PbxSource['routeFallback']): ContactAnswer {
  if (route === null) return {};
  const fallback = routeFallback === 'default_employee' ? route.default_employee : null;
  const responsible = addressOf(route.decision === 'connect' ? route.employee : fallback);
  return {
    ...(route.contact?.name != null && route.contact.name !== '' && { contact_name: route.contact.name }),
    ...(responsible !== null && { responsible }),
  };
}

function addressOf(employee: RouteEmployee | null | undefined): string | null {
  return employee?.login ?? employee?.ext ?? employee?.phone ?? null;
}
