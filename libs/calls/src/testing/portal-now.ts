import type { PortalNow } from '../resolution.js';
import { DEFAULT_INCOMING, DEFAULT_OUTGOING, PETROVA_IN_CRM, PIPELINE, STAGE } from './given.js';

/** What amoCRM holds when a recorded history writes to it: the operator's pipeline, the main one, and the users. */

/** The operator chose `STAGE`; another working stage stands before it. */
export const FIRST_STAGE = 12;
export const MAIN_PIPELINE = 20;
/** Stands before the main one and is never a substitute for it. */
export const OTHER_PIPELINE = 15;
/** Responsible of the cards in these histories. */
export const CARD_OWNER = 502;

interface Change {
  readonly deletedStages?: readonly number[];
  readonly deletedPipelines?: readonly number[];
  readonly deactivated?: readonly number[];
  /** Switched off in the whole portal. */
  readonly isUnsortedOff?: boolean;
  readonly unsortedOffIn?: readonly number[];
}

export function portalNow(change: Change = {}): PortalNow {
  const { deletedStages = [], deletedPipelines = [], deactivated = [], unsortedOffIn = [] } = change;
  const pipeline = (id: number, isMain: boolean, stages: readonly number[]) => ({
    id,
    name: isMain ? 'Главная' : 'Звонки',
    sort: id,
    isMain,
    isUnsortedOn: !unsortedOffIn.includes(id),
    isArchive: false,
    statuses: [
      { id: id * 100, name: 'Неразобранное', sort: 0, type: 1 },
      // amoCRM lists them in any order; `sort` is theirs.
      ...stages
        .map((stage, index) => ({ id: stage, name: `Этап ${String(index + 1)}`, sort: 10 + index, type: 0 }))
        .filter(({ id: stage }) => !deletedStages.includes(stage))
        .reverse(),
      { id: 142, name: 'Успешно реализовано', sort: 10_000, type: 0 },
      { id: 143, name: 'Закрыто и не реализовано', sort: 11_000, type: 0 },
    ],
  });
  const pipelines = [
    pipeline(PIPELINE, false, [FIRST_STAGE, STAGE]),
    pipeline(OTHER_PIPELINE, false, [16]),
    pipeline(MAIN_PIPELINE, true, [21, 22]),
  ];
  return {
    pipelines: pipelines.filter(({ id }) => !deletedPipelines.includes(id)),
    users: [DEFAULT_INCOMING, DEFAULT_OUTGOING, PETROVA_IN_CRM, CARD_OWNER].map((id) => ({
      id,
      name: String(id),
      isActive: !deactivated.includes(id),
    })),
    isUnsortedOn: change.isUnsortedOff !== true,
  };
}
