import { cellHistories } from './cells.js';
import { fixtures } from './fixtures.js';
import type { History } from './history.js';
import { routingHistories } from './routing.js';
import { ruleHistories } from './rules.js';
import { writingHistories } from './writing.js';

export const histories: readonly History[] = [
  ...fixtures,
  ...cellHistories,
  ...ruleHistories,
  ...writingHistories,
  ...routingHistories,
];
