import type { Reason } from '@perezvon/contracts';
import { sentenceOf } from '../sentence.js';

/** A reason as a golden file shows it: rule, code, and what the journal says of it in Russian. */
export const reasonLine = (reason: Reason): string =>
  `${reason.ruleId} ${reason.code}: ${sentenceOf(reason)?.ru ?? ''}`;
