import type { CallEvent, CellName, CellSettings, Intent, Settings } from '@perezvon/contracts';
import { decide } from '../decide.js';
import type { Plan, Situation } from '../plan.js';
import { callOf, settingsWith, situation } from './given.js';

/** "Then" of the specs about decisions: what the events come to under the settings, whole or by one of its sides. */

type Given = readonly [events: readonly CallEvent[], settings: Settings, more?: Partial<Situation>];

export const plan = (...[events, settings, more = {}]: Given): Plan =>
  decide(callOf(...events), situation(settings, more));
export const effects = (...given: Given): string[] => plan(...given).effects.map((e) => e.effect);
export const reasons = (...given: Given): string[] => plan(...given).reasons.map((r) => `${r.ruleId} ${r.code}`);
export const intent = (effect: string, ...given: Given): Intent | undefined =>
  plan(...given).effects.find((e) => e.effect === effect)?.intent;

export const on = (cell: CellName, action: CellSettings): Settings => settingsWith({ cells: { [cell]: action } });
