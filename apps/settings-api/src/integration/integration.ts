import { type IntegrationSettings, type PbxEmployee, type Portal } from '@perezvon/contracts';
import { type FieldProblem, Problem } from '@perezvon/service';
import { type DataSource, type EntityManager } from 'typeorm';
import { type AccountChanges } from '../accounts/account-changes.js';
import { Documents, type MappingEntry, type Stored } from '../accounts/documents.js';
import { type ExpectedRevision, requireRevision } from '../http/etag.js';
import { invalid } from '../http/validation.js';
import { named } from '../naming/field-names.js';
import { type CrmCopies } from '../portals/crm-copies.js';
import { complete, type Completed } from './complete.js';
import { type IntegrationDto } from './integration.dto.js';
import { brokenRules, portalWarnings, stopProblem, unknownIds } from './portal-facts.js';
import { forbiddenCombinations, missingFields } from './rules.js';

/** `blocks_activation`: must be mended first; `broken`: calls go on by R12; `warning`: worth a look. */
export type Severity = 'blocks_activation' | 'broken' | 'warning';

export interface IntegrationProblem extends FieldProblem {
  readonly severity: Severity;
}

/** The integration's settings: read, checked, saved (rules.md R1, R2, R8). */
export class Integration {
  constructor(
    private readonly dataSource: DataSource,
    private readonly changes: AccountChanges,
    private readonly copies: CrmCopies,
  ) {}

  get(accountId: string): Promise<Stored<IntegrationSettings>> {
    return new Documents(this.dataSource, accountId).integration();
  }

  /**
   * @throws Problem 422 with everything that is wrong; with everything that is missing when it is to be active
   * @throws Problem 412 when `expected` is not the current revision
   */
  async put(
    accountId: string,
    sent: IntegrationDto,
    expected: ExpectedRevision,
  ): Promise<Stored<IntegrationSettings> & Pick<Completed, 'filteredNumbers'>> {
    const { settings, filteredNumbers, problems } = complete(sent);
    const wrong = [...problems, ...forbiddenCombinations(settings)];
    if (wrong.length > 0) throw invalid(wrong);
    const revision = await this.changes.change(accountId, 'integration_saved', async (tx) => {
      const documents = new Documents(tx, accountId);
      const { revision: current } = await documents.integration();
      requireRevision(expected, current);
      const chosen = await this.chosenPortal(tx, accountId, settings.portalId);
      if (chosen === 'absent') throw invalid([unknownPortal]);
      const unknown = chosen?.copy === undefined ? [] : unknownIds(settings, chosen.copy);
      if (unknown.length > 0) throw invalid(unknown);
      if (settings.active) refuseIncomplete(blocking(settings, chosen));
      return documents.save('integration', settings);
    });
    return { body: settings, revision, filteredNumbers };
  }

  /** Everything that keeps the saved settings from being active, or is broken or doubtful now. */
  async problems(accountId: string): Promise<IntegrationProblem[]> {
    const documents = new Documents(this.dataSource, accountId);
    const { body: settings } = await documents.integration();
    const chosen = await this.chosenPortal(this.dataSource, accountId, settings.portalId);
    const { body: employees } = await documents.employees();
    const { body: mapping } = await documents.mapping();
    const copy = chosen === 'absent' ? undefined : chosen?.copy;
    const stop = copy === undefined ? undefined : stopProblem(copy);
    return [
      ...rated('blocks_activation', chosen === 'absent' ? [unknownPortal] : blocking(settings, chosen)),
      ...rated('broken', copy === undefined ? [] : brokenRules(settings, copy)),
      ...rated('warning', copy === undefined ? [] : portalWarnings(copy).filter((warning) => !warning.isBlocking)),
      ...rated('warning', stop === undefined || stop.isLasting ? [] : [stop]),
      ...rated('warning', mappingProblems(employees, mapping, copy)),
    ];
  }

  private async chosenPortal(
    tx: Pick<EntityManager, 'query'>,
    accountId: string,
    portalId: string | null,
  ): Promise<ChosenPortal | 'absent' | undefined> {
    if (portalId === null) return undefined;
    const rows: { credentials_revision: number | null }[] = await tx.query(
      'select credentials_revision from portals where account_id = $1 and portal_id = $2 and deleted_at is null',
      [accountId, portalId],
    );
    if (rows[0] === undefined) return 'absent';
    return { hasCredentials: rows[0].credentials_revision !== null, copy: await this.copies.of(portalId, tx) };
  }
}

interface ChosenPortal {
  readonly hasCredentials: boolean;
  readonly copy: Portal | undefined;
}

const unknownPortal: FieldProblem = {
  path: 'portalId',
  code: 'unknown_portal',
  message: { ru: 'Такого портала нет. Выберите другой.', en: 'There is no such portal. Choose another one.' },
};

/** What must be there before the integration may be active (R1), as far as it can be known without asking amoCRM. */
function blocking(settings: IntegrationSettings, chosen: ChosenPortal | undefined): FieldProblem[] {
  const problems = missingFields(settings);
  if (chosen !== undefined && !chosen.hasCredentials) {
    problems.push({
      path: 'portalId',
      code: 'credentials_missing',
      message: {
        ru: 'Портал не авторизован: укажите его токен.',
        en: 'The portal is not authorised: give its token.',
      },
    });
  } else if (chosen?.copy !== undefined) {
    const stop = stopProblem(chosen.copy);
    if (stop?.isLasting === true) problems.push({ path: stop.path, code: stop.code, message: stop.message });
    problems.push(...portalWarnings(chosen.copy).filter((warning) => warning.isBlocking));
  }
  return problems;
}

function refuseIncomplete(missing: readonly FieldProblem[]): void {
  if (missing.length === 0) return;
  throw new Problem({
    status: 422,
    code: 'activation_refused',
    message: {
      ru: 'Интеграцию нельзя включить: не хватает того, что перечислено.',
      en: 'The integration cannot be switched on: what is listed is missing.',
    },
    errors: missing.map((each) => named(each)),
  });
}

/** R14: who is unmapped, and which mapped users are deactivated. */
function mappingProblems(
  employees: readonly PbxEmployee[],
  mapping: readonly MappingEntry[],
  copy: Portal | undefined,
): FieldProblem[] {
  const userOf = new Map(mapping.map((entry) => [entry.employeeId, entry.crmUserId]));
  return employees.flatMap((employee, index): FieldProblem[] => {
    const who = employee.name ?? employee.ext ?? employee.login ?? employee.employeeId;
    const userId = userOf.get(employee.employeeId);
    if (userId === undefined) {
      return [
        {
          path: `employees.${index}`,
          code: 'employee_unmapped',
          message: {
            ru: `Сотруднику «${who}» не сопоставлен пользователь amoCRM.`,
            en: `Employee "${who}" has no amoCRM user.`,
          },
        },
      ];
    }
    const user = copy?.users.find((each) => each.id === userId);
    if (user === undefined || user.isActive) return [];
    return [
      {
        path: `employees.${index}`,
        code: 'user_deactivated',
        message: {
          ru: `Пользователь amoCRM, сопоставленный сотруднику «${who}», отключён.`,
          en: `The amoCRM user of employee "${who}" is deactivated.`,
        },
      },
    ];
  });
}

function rated(severity: Severity, problems: readonly FieldProblem[]): IntegrationProblem[] {
  return problems.map(({ path, code, message }) => ({ ...named({ path, code, message }), severity }));
}
