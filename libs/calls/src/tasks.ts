import { defaultTaskText, DEFAULT_TERM_MINUTES, type CallEmployee, type CreateTaskIntent } from '@perezvon/contracts';
import { isTaskBarred } from './corrections.js';
import { creationsStopped } from './creation-stops.js';
import { afterPlace, madeByCall } from './made-by-call.js';
import { crmUserOf, employeeOf } from './people.js';
import { endedAt, none, promise, type Occasion, type Part, type PlannedEffect } from './plan.js';
import { because } from './reasons.js';

/**
 * R6: the task of an ended call. It asks neither whether the cell is on nor whether calls are noted; a filter, a number
 * that cannot be called and an outcome corrected to missed (R15) stop it.
 */
export function task(occasion: Occasion, made: Part): Part {
  const { facts, verdict } = occasion;
  if (!facts.ended || creationsStopped(occasion) || isTaskBarred(occasion)) return none();
  return verdict.kind === 'answered' ? answeredTask(occasion, made) : missedTask(occasion, made);
}

/** For the employee who took the call; unmapped = for the default responsible. */
function answeredTask(occasion: Occasion, made: Part): Part {
  const { facts, verdict, direction, situation } = occasion;
  if (!direction.answeredTask.enabled) return none();
  const employee = employeeOf(facts, verdict, direction);
  const userId = crmUserOf(employee, situation.settings);
  const effect = taskEffect('task.answered', userId ?? 'default', occasion, made);
  const unmapped =
    userId === null && employee !== null ? [because('employee_unmapped', { employee: nameOf(employee) })] : [];
  return promise([effect], ...unmapped);
}

/** For the responsible of the client's card. */
function missedTask(occasion: Occasion, made: Part): Part {
  const { direction } = occasion;
  if (!direction.missedTask.enabled) return none();
  const effect = taskEffect('task.missed', 'card_owner', occasion, made);
  return promise([effect]);
}

function taskEffect(
  effect: 'task.answered' | 'task.missed',
  responsible: CreateTaskIntent['responsible'],
  occasion: Occasion,
  made: Part,
): PlannedEffect {
  const { facts, direction } = occasion;
  const [settings, defaultText] =
    effect === 'task.answered'
      ? [direction.answeredTask, defaultTaskText.answered]
      : [direction.missedTask, defaultTaskText.missed];
  const { text, taskTypeId, dueInMinutes } = settings;
  return {
    effect,
    after: afterPlace(madeByCall(occasion, made)),
    ruleIds: ['R6'],
    reason: because(effect === 'task.answered' ? 'creates_answered_task' : 'creates_missed_task'),
    causedAt: endedAt(facts),
    intent: {
      kind: 'create_task',
      text: (text ?? defaultText).replaceAll('{phone}', facts.client.e164 ?? ''),
      taskTypeId: taskTypeId ?? null,
      callEndedAt: endedAt(facts),
      dueInMinutes: dueInMinutes ?? DEFAULT_TERM_MINUTES,
      responsible,
      defaultResponsibleUserId: direction.defaultResponsibleUserId,
    },
  };
}

const nameOf = ({ name, ext, login, pbx_id, phone }: CallEmployee) => name ?? ext ?? login ?? pbx_id ?? phone ?? '';
