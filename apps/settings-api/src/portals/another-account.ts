import { type CellSettings, type DirectionSettings, type IntegrationSettings } from '@perezvon/contracts';

/**
 * Settings for another amoCRM account: off, and without anything that named a pipeline, stage, user or task type of the
 * account before. Ids of one account mean nothing in another; everything else stays as it was chosen.
 */
export function forAnotherAccount(settings: IntegrationSettings, portalId: string): IntegrationSettings {
  return {
    ...settings,
    active: false,
    portalId,
    incoming: { ...settings.incoming, ...withoutIds(settings.incoming) },
    outgoing: withoutIds(settings.outgoing),
  };
}

function withoutIds(direction: DirectionSettings): DirectionSettings {
  const { answeredUnknown, missedUnknown, answeredKnown, missedKnown } = direction.cells;
  return {
    ...direction,
    cells: {
      answeredUnknown: withoutPlace(answeredUnknown),
      missedUnknown: withoutPlace(missedUnknown),
      answeredKnown: withoutPlace(answeredKnown),
      missedKnown: withoutPlace(missedKnown),
    },
    answeredTask: { ...direction.answeredTask, taskTypeId: null },
    missedTask: { ...direction.missedTask, taskTypeId: null },
    defaultResponsibleUserId: null,
  };
}

function withoutPlace({ enabled, action }: CellSettings): CellSettings {
  return { enabled, action };
}
