import { type PbxEmployee } from '@perezvon/contracts';
import { type FieldProblem } from '@perezvon/service';
import { type DataSource } from 'typeorm';
import { type AccountChanges } from '../accounts/account-changes.js';
import { Documents, type MappingEntry, type Stored } from '../accounts/documents.js';
import { type ExpectedRevision, requireRevision } from '../http/etag.js';
import { invalid } from '../http/validation.js';
import { unknownMappedUsers } from '../integration/portal-facts.js';
import { type SeenEmployee, type SeenEmployees } from '../journal/seen-employees.js';
import { type CrmCopies } from '../portals/crm-copies.js';
import { readEmployees } from './employees.js';
import { type EmployeeDto, type MappingEntryDto } from './people.dto.js';
import { suggest, type Suggestion } from './suggestions.js';

/** PBX employees, and which amoCRM user each is (rules.md R14). */
export class People {
  constructor(
    private readonly dataSource: DataSource,
    private readonly changes: AccountChanges,
    private readonly copies: CrmCopies,
    private readonly seen: SeenEmployees,
  ) {}

  employees(accountId: string): Promise<Stored<PbxEmployee[]>> {
    return new Documents(this.dataSource, accountId).employees();
  }

  mapping(accountId: string): Promise<Stored<MappingEntry[]>> {
    return new Documents(this.dataSource, accountId).mapping();
  }

  /** R14: for employees without a user, by the copy of the portal that the integration uses. */
  async suggestions(accountId: string): Promise<Suggestion[]> {
    const documents = new Documents(this.dataSource, accountId);
    const { body: integration } = await documents.integration();
    const copy = integration.portalId === null ? undefined : await this.copies.of(integration.portalId);
    const { body: employees } = await documents.employees();
    const { body: mapping } = await documents.mapping();
    return suggest(employees, mapping, copy?.users ?? []);
  }

  /** Employees that the PBX names in its events and who are not in the list yet. */
  async discovered(accountId: string): Promise<SeenEmployee[]> {
    const { body: employees } = await new Documents(this.dataSource, accountId).employees();
    const isKnown = ({ pbxId, login, ext }: SeenEmployee): boolean =>
      employees.some(
        (each) =>
          (pbxId !== null && each.pbxId === pbxId) ||
          (login !== null && each.login === login) ||
          (ext !== null && each.ext === ext),
      );
    return (await this.seen.of(accountId)).filter((seen) => !isKnown(seen));
  }

  /** Replaces the list. The mapping of an employee that is no longer in it goes too. */
  async putEmployees(
    accountId: string,
    sent: readonly EmployeeDto[],
    expected: ExpectedRevision,
  ): Promise<Stored<PbxEmployee[]>> {
    return this.changes.change(accountId, 'employees_saved', async (tx) => {
      const documents = new Documents(tx, accountId);
      const stored = await documents.employees();
      requireRevision(expected, stored.revision);
      const { employees, problems } = readEmployees(sent, stored.body);
      if (problems.length > 0) throw invalid(problems);
      const present = new Set(employees.map((employee) => employee.employeeId));
      const { body: mapping } = await documents.mapping();
      const kept = mapping.filter((entry) => present.has(entry.employeeId));
      if (kept.length < mapping.length) await documents.save('mapping', kept);
      return { body: employees, revision: await documents.save('employees', employees) };
    });
  }

  /** Replaces the mapping. Several employees may be one user; an employee is one user only. */
  async putMapping(
    accountId: string,
    sent: readonly MappingEntryDto[],
    expected: ExpectedRevision,
  ): Promise<Stored<MappingEntry[]>> {
    return this.changes.change(accountId, 'mapping_saved', async (tx) => {
      const documents = new Documents(tx, accountId);
      const stored = await documents.mapping();
      requireRevision(expected, stored.revision);
      const mapping = sent.map((entry) => ({
        employeeId: entry.employeeId.toLowerCase(),
        crmUserId: entry.crmUserId,
      }));
      const { body: employees } = await documents.employees();
      const { body: integration } = await documents.integration();
      const copy = integration.portalId === null ? undefined : await this.copies.of(integration.portalId, tx);
      const problems = [
        ...unknownEmployees(mapping, employees),
        ...(copy === undefined ? [] : unknownMappedUsers(mapping, copy)),
      ];
      if (problems.length > 0) throw invalid(problems);
      return { body: mapping, revision: await documents.save('mapping', mapping) };
    });
  }
}

function unknownEmployees(mapping: readonly MappingEntry[], employees: readonly PbxEmployee[]): FieldProblem[] {
  const known = new Set(employees.map((employee) => employee.employeeId));
  const seen = new Set<string>();
  return mapping.flatMap(({ employeeId }, index): FieldProblem[] => {
    const isRepeated = seen.has(employeeId);
    seen.add(employeeId);
    const path = `${index}.employeeId`;
    if (!known.has(employeeId)) {
      return [{ path, code: 'unknown_employee', message: { ru: 'Такого сотрудника нет.', en: 'No such employee.' } }];
    }
    if (!isRepeated) return [];
    return [
      {
        path,
        code: 'repeated',
        message: {
          ru: 'Сотрудник уже сопоставлен: ему соответствует один пользователь.',
          en: 'The employee is already mapped: one user per employee.',
        },
      },
    ];
  });
}
