export { arrivalOf, evolve, type Arrival, type CallEnd, type CallFacts, type Talk } from './call.js';
export { outcomeWord, verdictOf, type Verdict } from './outcome.js';
export { decide, IncompleteCell, type Plan, type PlannedEffect, type Situation } from './decide.js';
export {
  resolve,
  type CardNow,
  type DealNow,
  type NoteFields,
  type Now,
  type Place,
  type Resolution,
} from './resolve.js';
export {
  advance,
  newProgress,
  type Advance,
  type CallIdentity,
  type CallProgress,
  type Surroundings,
} from './advance.js';
export { chooseCard } from './known-client.js';
export { callIdOf, commandIdOf, decisionIdOf, lookupIdOf } from './ids.js';
