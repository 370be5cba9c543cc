import type { CellName } from '@perezvon/contracts';
import {
  endedAnswered,
  endedMissed,
  outgoing,
  started,
  withContact,
  withDeal,
  withDealAlways,
  withUnsorted,
} from '../given.js';
import { KNOWN, type History } from './history.js';

/** Each cell with each of its actions (R2), in both directions. */
export const cellRows = [
  ['answeredUnknown', withDeal],
  ['answeredUnknown', withUnsorted],
  ['answeredUnknown', withContact],
  ['missedUnknown', withDeal],
  ['missedUnknown', withUnsorted],
  ['missedUnknown', withContact],
  ['answeredKnown', withDeal],
  ['answeredKnown', withUnsorted],
  ['answeredKnown', withDealAlways],
  ['missedKnown', withDeal],
  ['missedKnown', withUnsorted],
  ['missedKnown', withDealAlways],
] as const satisfies readonly (readonly [CellName, unknown])[];

export const cellHistories: readonly History[] = (['in', 'out'] as const).flatMap((direction) =>
  cellRows.map(([cell, settings]): History => {
    const towards = direction === 'in' ? {} : outgoing;
    const ended = cell.startsWith('answered') ? endedAnswered(towards) : endedMissed(towards);
    return {
      name: `cell-${direction}-${cell}-${settings.action ?? ''}`.replaceAll('_', '-'),
      title: `${direction === 'in' ? 'Incoming' : 'Outgoing'}, ${cell}, ${settings.action ?? ''}`,
      settings: { cells: { [cell]: settings } },
      client: cell.endsWith('Known') ? KNOWN : null,
      events: [started(towards), ended],
    };
  }),
);
