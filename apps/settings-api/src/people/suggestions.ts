import { type PbxEmployee, type Portal } from '@perezvon/contracts';
import { type MappingEntry } from '../accounts/documents.js';

export interface Suggestion {
  readonly employeeId: string;
  readonly crmUserId: number;
  readonly crmUserName: string;
  /** By what the two look like one person; the surest that fits. */
  readonly by: 'email' | 'phone' | 'name';
}

type CrmUser = Portal['users'][number];

/**
 * R14: which amoCRM user each unmapped employee probably is: by e-mail, then phone, then exact name. Only what fits one
 * active user alone is suggested: of two namesakes neither is.
 */
export function suggest(
  employees: readonly PbxEmployee[],
  mapping: readonly MappingEntry[],
  users: readonly CrmUser[],
): Suggestion[] {
  const mapped = new Set(mapping.map((entry) => entry.employeeId));
  const active = users.filter((user) => user.isActive);
  return employees.flatMap((employee): Suggestion[] => {
    if (mapped.has(employee.employeeId)) return [];
    for (const { by, fits } of ways) {
      const [user, ...others] = active.filter((each) => fits(employee, each));
      if (user === undefined || others.length > 0) continue;
      return [{ employeeId: employee.employeeId, crmUserId: user.id, crmUserName: user.name, by }];
    }
    return [];
  });
}

interface Way {
  readonly by: Suggestion['by'];
  readonly fits: (employee: PbxEmployee, user: CrmUser) => boolean;
}

const ways: readonly Way[] = [
  { by: 'email', fits: ({ email }, user) => isSame(email, user.email) },
  { by: 'phone', fits: ({ phones }, user) => user.phone != null && phones.includes(user.phone) },
  { by: 'name', fits: ({ name }, user) => isSame(name, user.name) },
];

/** Spaces and case are how people type, not who they are. */
function isSame(one: string | null | undefined, other: string | null | undefined): boolean {
  const plain = (text: string): string => text.trim().replace(/\s+/g, ' ').toLocaleLowerCase('ru');
  return one != null && other != null && plain(one) !== '' && plain(one) === plain(other);
}
