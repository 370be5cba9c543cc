import type {
  CallClient,
  CallDirection,
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
  const { settings, client, cards, direction } = situation;
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
    defaultEmployee: defaultEmployeeOf(settings),
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
  const employee = employees.find(isEnabled);
  if (!employee) return fallback('employee_disabled', contact);
  return {
    decision: 'connect',
    reason: 'responsible_of_contact',
    employee,
    contact,
    defaultEmployee: defaultEmployeeOf(settings),
  };
}

/** The incoming default responsible's employee, if there is one who can be rung. */
function defaultEmployeeOf(settings: Settings): PbxEmployee | null {
  const userId = settings.integration.incoming.defaultResponsibleUserId;
  return userId === null ? null : (employeesOf(userId, settings).find(isEnabled) ?? null);
}

function employeesOf(crmUserId: number, { mapping, employees }: Settings): PbxEmployee[] {
  const ids = new Set(mapping.filter((m) => m.crmUserId === crmUserId).map((m) => m.employeeId));
  return employees.filter((e) => ids.has(e.employeeId));
}

const isEnabled = (employee: PbxEmployee) => employee.isDisabled !== true;

/** While the portal's users have not been read, nobody is known to be inactive. */
function isActive(userId: number, users: Portal['users']): boolean {
  return users.length === 0 || users.some((user) => user.id === userId && user.isActive);
}
