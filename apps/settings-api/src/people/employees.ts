import { type PbxEmployee } from '@perezvon/contracts';
import { parsePhone } from '@perezvon/phone';
import { type FieldProblem } from '@perezvon/service';
import { timeOrderedUuid } from '../ids.js';
import { type EmployeeDto } from './people.dto.js';

/** By what a PBX names an employee, the surest first. */
const names = ['pbxId', 'login', 'ext'] as const;

/**
 * The employees as sent, with E.164 phones and an id each. Ids are what the mapping refers to, so an employee that was
 * there before keeps its own, also when the PBX's list is sent again without ids.
 */
export function readEmployees(
  sent: readonly EmployeeDto[],
  stored: readonly PbxEmployee[],
): { employees: PbxEmployee[]; problems: FieldProblem[] } {
  const problems: FieldProblem[] = [];
  const taken = new Map<string, number>();
  const claim = (path: string, key: string, index: number): void => {
    if (taken.has(key)) problems.push(repeated(path, taken.get(key) ?? 0));
    else taken.set(key, index);
  };
  const employees = sent.map((employee, index): PbxEmployee => {
    const phones = readPhones(employee.phones ?? [], `${index}.phones`, problems);
    const isNameless = names.every((name) => employee[name] == null);
    // Whose phone is wrong has been told so already.
    if (isNameless && (employee.phones ?? []).length === 0) problems.push(nameless(String(index)));
    const known = stored.find((each) => names.some((name) => employee[name] != null && employee[name] === each[name]));
    const employeeId = employee.employeeId?.toLowerCase() ?? known?.employeeId ?? timeOrderedUuid();
    claim(`${index}.employeeId`, `id:${employeeId}`, index);
    for (const name of names) if (employee[name] != null) claim(`${index}.${name}`, `${name}:${employee[name]}`, index);
    return {
      employeeId,
      pbxId: employee.pbxId ?? null,
      login: employee.login ?? null,
      ext: employee.ext ?? null,
      phones,
      name: employee.name ?? null,
      email: employee.email ?? null,
      ...(employee.isDisabled === true && { isDisabled: true }),
    };
  });
  return { employees, problems };
}

function readPhones(sent: readonly string[], path: string, problems: FieldProblem[]): string[] {
  const phones = new Set<string>();
  for (const [index, raw] of sent.entries()) {
    const { e164 } = parsePhone(raw);
    if (e164 !== null) phones.add(e164);
    else {
      problems.push({
        path: `${path}.${index}`,
        code: 'not_a_number',
        message: {
          ru: `«${raw}» не похоже на полный номер телефона.`,
          en: `"${raw}" does not look like a full phone number.`,
        },
      });
    }
  }
  return [...phones];
}

function repeated(path: string, first: number): FieldProblem {
  return {
    path,
    code: 'repeated',
    message: { ru: `Повторяет сотрудника №${first + 1} списка.`, en: `Repeats employee ${first + 1} of the list.` },
  };
}

function nameless(path: string): FieldProblem {
  return {
    path,
    code: 'missing',
    message: {
      ru: 'Укажите id в АТС, логин, внутренний номер или телефон.',
      en: 'Give the PBX id, the login, the extension or a phone.',
    },
  };
}
