import type {
  CallClient,
  CallDirection,
  CallEvent,
  ClientCard,
  PbxEmployee,
  Portal,
  RouteReason,
  Settings,
} from '@perezvon/contracts';
import { filterHit } from './filters.js';
import { chooseCard } from './known-client.js';

/** What is known when the PBX asks who should take a call (rules.md R13). */
export interface RouteSituation {
  readonly settings: Settings;
  /** The kind of PBX that asks: not every one can be told everything about an employee. */
  readonly source: CallEvent['source'];
  /** The direction that the PBX named; it normally asks about incoming calls only and names none. */
  readonly direction: CallDirection;
  readonly client: CallClient;
  /** Every card with the client's phone; null = the directory cannot tell. */
  readonly cards: readonly ClientCard[] | null;
  readonly users: Portal['users'];
}

export type Routing =
  | {
      readonly decision: 'connect';
      readonly reason: 'responsible_of_contact';
      readonly employee: PbxEmployee;
      readonly contact: ClientCard;
      readonly defaultEmployee: PbxEmployee | null;
    }
  | {
      readonly decision: 'fallback';
      readonly reason: Exclude<RouteReason, 'responsible_of_contact'>;
      readonly employee: null;
      /** The contact, where there is one and it is not it that stands in the way. */
      readonly contact: ClientCard | null;
      readonly defaultEmployee: PbxEmployee | null;
    };

/** R13: the employee of the contact's responsible, or the reason why nobody in particular. */
export function route(situation: RouteSituation): Routing {
  const { settings, source, client, cards, direction } = situation;
  const { integration } = settings;
  const { incoming } = integration;
  const fallback = (
    reason: Exclude<RouteReason, 'responsible_of_contact'>,
    contact: ClientCard | null = null,
  ): Routing => ({
    decision: 'fallback',
    reason,
    employee: null,
    contact,
    defaultEmployee: defaultEmployeeOf(settings, source),
  });

  if (!integration.active) return fallback('integration_inactive');
  if (!incoming.personalManagerRouting) return fallback('disabled');
  if (direction !== 'in') return fallback('not_inbound');
  if (client.kind === 'hidden') return fallback('hidden_number');
  if (filterHit(client, incoming.filteredNumbers) !== null) return fallback('filtered_number');
  if (client.e164 === null) return fallback('invalid_number');
  if (cards === null) return fallback('directory_incomplete');

  // The responsible of the contact: a company's or a deal's never counts.
  const contacts = cards.filter((card) => card.type === 'contact');
  const contact = chooseCard(contacts);
  if (contact === null) return fallback('no_contact');
  if (new Set(contacts.map((card) => card.responsibleUserId)).size > 1) return fallback('ambiguous_contact');

  const userId = contact.responsibleUserId;
  if (userId === null) return fallback('responsible_unmapped', contact);
  if (!isActive(userId, situation.users)) return fallback('responsible_inactive', contact);
  const employees = employeesOf(userId, settings);
  if (employees.length === 0) return fallback('responsible_unmapped', contact);
  const enabled = employees.filter(isEnabled);
  if (enabled.length === 0) return fallback('employee_disabled', contact);
  const employee = enabled.find((one) => canBeRungBy(source, one));
  if (!employee) return fallback('employee_without_number', contact);
  return {
    decision: 'connect',
    reason: 'responsible_of_contact',
    employee,
    contact,
    defaultEmployee: defaultEmployeeOf(settings, source),
  };
}

/** The incoming default responsible's employee, if there is one who can be rung. */
function defaultEmployeeOf(settings: Settings, source: CallEvent['source']): PbxEmployee | null {
  const userId = settings.integration.incoming.defaultResponsibleUserId;
  if (userId === null) return null;
  return employeesOf(userId, settings).find((one) => isEnabled(one) && canBeRungBy(source, one)) ?? null;
}

function employeesOf(crmUserId: number, { mapping, employees }: Settings): PbxEmployee[] {
  const ids = new Set(mapping.filter((m) => m.crmUserId === crmUserId).map((m) => m.employeeId));
  return employees.filter((e) => ids.has(e.employeeId));
}

const isEnabled = (employee: PbxEmployee) => employee.isDisabled !== true;

/**
 * UIS rings full numbers (reference/pbx-events.md §2.5), ITooLabs takes a login or any number (§1.4). Whoever else asks
 * picks what it needs from the answer.
 */
function canBeRungBy(source: CallEvent['source'], { login, ext, phones }: PbxEmployee): boolean {
  if (source === 'uis') return phones.length > 0;
  if (source === 'itoolabs') return phones.length > 0 || isGiven(login) || isGiven(ext);
  return true;
}

const isGiven = (key: string | null | undefined) => key != null && key !== '';

/** While the portal's users have not been read, nobody is known to be inactive. */
function isActive(userId: number, users: Portal['users']): boolean {
  return users.length === 0 || users.some((user) => user.id === userId && user.isActive);
}
