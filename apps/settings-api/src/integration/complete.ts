import {
  type CellSettings,
  defaultDirection,
  defaultIntegration,
  type DirectionSettings,
  type IntegrationSettings,
} from '@perezvon/contracts';
import { type FieldProblem } from '@perezvon/service';
import { type FilteredNumbers, readFilteredNumbers } from './filtered-numbers.js';
import { type CellDto, type DirectionDto, type IntegrationDto, type TaskDto } from './integration.dto.js';

export interface Completed {
  readonly settings: IntegrationSettings;
  /** What was made of the filtered numbers, for the answer. */
  readonly filteredNumbers: { readonly incoming: FilteredNumbers; readonly outgoing: FilteredNumbers };
  readonly problems: readonly FieldProblem[];
}

/** What was sent, with R1's defaults for what was left out and the filtered numbers in canonical form. */
export function complete(sent: IntegrationDto): Completed {
  const incomingNumbers = readFilteredNumbers(sent.incoming?.filteredNumbers ?? [], 'incoming.filteredNumbers');
  const outgoingNumbers = readFilteredNumbers(sent.outgoing?.filteredNumbers ?? [], 'outgoing.filteredNumbers');
  return {
    settings: {
      active: sent.active,
      portalId: sent.portalId ?? defaultIntegration().portalId,
      incoming: {
        ...completeDirection(sent.incoming, incomingNumbers),
        personalManagerRouting: sent.incoming?.personalManagerRouting ?? false,
      },
      outgoing: completeDirection(sent.outgoing, outgoingNumbers),
    },
    filteredNumbers: { incoming: incomingNumbers, outgoing: outgoingNumbers },
    problems: [...incomingNumbers.problems, ...outgoingNumbers.problems],
  };
}

function completeDirection(sent: DirectionDto = {}, filtered: FilteredNumbers): DirectionSettings {
  const byDefault = defaultDirection();
  return {
    cells: {
      answeredUnknown: completeCell(sent.cells?.answeredUnknown),
      missedUnknown: completeCell(sent.cells?.missedUnknown),
      answeredKnown: completeCell(sent.cells?.answeredKnown),
      missedKnown: completeCell(sent.cells?.missedKnown),
    },
    tagging: { enabled: sent.tagging?.enabled ?? false, number: sent.tagging?.number ?? byDefault.tagging.number },
    answeredTask: completeTask(sent.answeredTask, byDefault.answeredTask),
    missedTask: completeTask(sent.missedTask, byDefault.missedTask),
    defaultResponsibleUserId: sent.defaultResponsibleUserId ?? null,
    filteredNumbers: [...filtered.numbers],
    logCalls: sent.logCalls ?? byDefault.logCalls,
    createAt: sent.createAt ?? byDefault.createAt,
    acceptedBy: sent.acceptedBy ?? byDefault.acceptedBy,
    activeDealScope: sent.activeDealScope ?? byDefault.activeDealScope,
    hiddenNumbers: sent.hiddenNumbers ?? byDefault.hiddenNumbers,
    unsortedRecordWaitSec: sent.unsortedRecordWaitSec ?? byDefault.unsortedRecordWaitSec,
  };
}

function completeCell(sent: CellDto = { enabled: false }): CellSettings {
  return {
    enabled: sent.enabled,
    ...present({ action: sent.action, pipelineId: sent.pipelineId, statusId: sent.statusId }),
  };
}

function completeTask(
  sent: TaskDto = { enabled: false },
  byDefault: DirectionSettings['answeredTask'],
): DirectionSettings['answeredTask'] {
  return {
    enabled: sent.enabled,
    text: sent.text ?? byDefault.text,
    dueInMinutes: sent.dueInMinutes ?? byDefault.dueInMinutes,
    ...present({ taskTypeId: sent.taskTypeId }),
  };
}

/** Without the fields that hold nothing: absent and null mean the same in the document. */
function present<Fields extends object>(fields: Fields): { [Name in keyof Fields]?: NonNullable<Fields[Name]> } {
  const entries = Object.entries(fields).filter(([, value]) => value !== null && value !== undefined);
  return Object.fromEntries(entries) as { [Name in keyof Fields]?: NonNullable<Fields[Name]> };
}
