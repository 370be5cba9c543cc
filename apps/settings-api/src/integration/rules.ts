import {
  type CellAction,
  type CellSettings,
  type DirectionSettings,
  type IntegrationSettings,
} from '@perezvon/contracts';
import { type FieldProblem, type Localized } from '@perezvon/service';

/** Rules of R1 and R2 that need nothing but the document itself. */

type CellName = keyof DirectionSettings['cells'];
type Direction = 'incoming' | 'outgoing';

const cellNames: readonly CellName[] = ['answeredUnknown', 'missedUnknown', 'answeredKnown', 'missedKnown'];

/** R2: for whom an action is offered, and what it needs. */
const actions: Readonly<
  Record<CellAction, { unknown: boolean; known: boolean; pipeline: boolean; stage: boolean; title: string }>
> = {
  create_contact_and_deal: {
    unknown: true,
    known: true,
    pipeline: true,
    stage: true,
    title: 'Создавать новый контакт и сделку',
  },
  create_unsorted: {
    unknown: true,
    known: true,
    pipeline: true,
    stage: false,
    title: 'Создавать запись в неразобранном',
  },
  create_contact: { unknown: true, known: false, pipeline: false, stage: false, title: 'Создавать новый контакт' },
  create_deal_always: { unknown: false, known: true, pipeline: true, stage: true, title: 'Создавать сделку всегда' },
};

/** A cell with its place in the document: what every check over cells goes through. */
export interface PlacedCell {
  readonly path: string;
  readonly name: CellName;
  readonly cell: CellSettings;
}

export function cellsOf(settings: IntegrationSettings): PlacedCell[] {
  const directions: Direction[] = ['incoming', 'outgoing'];
  return directions.flatMap((direction) =>
    cellNames.map((name) => ({
      path: `${direction}.cells.${name}`,
      name,
      cell: settings[direction].cells[name],
    })),
  );
}

/** What can never be right, on or off: refused on every save. */
export function forbiddenCombinations(settings: IntegrationSettings): FieldProblem[] {
  return cellsOf(settings).flatMap(({ path, name, cell }) => {
    if (cell.action == null) return [];
    const rule = actions[cell.action];
    const isKnown = name.endsWith('Known') && !name.endsWith('Unknown');
    const problems: FieldProblem[] = [];
    if (!(isKnown ? rule.known : rule.unknown)) {
      problems.push({
        path: `${path}.action`,
        code: 'action_not_offered',
        message: isKnown
          ? {
              ru: `«${rule.title}» недоступно для звонков от существующих клиентов.`,
              en: `${cell.action} is not offered for known clients.`,
            }
          : {
              ru: `«${rule.title}» недоступно для звонков с неизвестных номеров.`,
              en: `${cell.action} is not offered for unknown clients.`,
            },
      });
    }
    if (!rule.pipeline && cell.pipelineId != null) problems.push(notTaken(`${path}.pipelineId`, rule.title, 'воронка'));
    if (!rule.stage && cell.statusId != null) problems.push(notTaken(`${path}.statusId`, rule.title, 'этап'));
    return problems;
  });
}

/** What a draft may lack and an active integration may not (R1). */
export function missingFields(settings: IntegrationSettings): FieldProblem[] {
  const problems: FieldProblem[] = [];
  if (settings.portalId === null) {
    problems.push(missing('portalId', { ru: 'Выберите портал amoCRM.', en: 'Choose an amoCRM portal.' }));
  }
  for (const direction of ['incoming', 'outgoing'] as const) {
    if (settings[direction].defaultResponsibleUserId === null) {
      problems.push(
        missing(`${direction}.defaultResponsibleUserId`, {
          ru: 'Выберите ответственного менеджера по умолчанию.',
          en: 'Choose the default responsible user.',
        }),
      );
    }
  }
  for (const { path, cell } of cellsOf(settings)) {
    if (!cell.enabled) continue;
    if (cell.action == null) {
      problems.push(missing(`${path}.action`, { ru: 'Выберите действие.', en: 'Choose an action.' }));
      continue;
    }
    const rule = actions[cell.action];
    if (rule.pipeline && cell.pipelineId == null) {
      problems.push(missing(`${path}.pipelineId`, { ru: 'Выберите воронку.', en: 'Choose a pipeline.' }));
    }
    if (rule.stage && cell.statusId == null) {
      problems.push(missing(`${path}.statusId`, { ru: 'Выберите этап.', en: 'Choose a stage.' }));
    }
  }
  return problems;
}

function missing(path: string, message: Localized): FieldProblem {
  return { path, code: 'missing', message };
}

function notTaken(path: string, action: string, what: 'воронка' | 'этап'): FieldProblem {
  return {
    path,
    code: 'not_taken',
    message: {
      ru: `Для действия «${action}» ${what} не задаётся.`,
      en: `This action takes no ${what === 'этап' ? 'stage' : 'pipeline'}.`,
    },
  };
}
