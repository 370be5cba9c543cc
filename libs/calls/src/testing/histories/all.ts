import { cellHistories } from './cells.js';
import { fixtures } from './fixtures.js';
import type { History } from './history.js';
import { ruleHistories } from './rules.js';

export const histories: readonly History[] = [...fixtures, ...cellHistories, ...ruleHistories];
