export { arrivalOf, evolve, type Arrival, type CallEnd, type CallFacts, type Talk } from './call.js';
export { outcomeWord, verdictOf, type Verdict } from './outcome.js';
export { decide, IncompleteCell, type Plan, type PlannedEffect, type Situation } from './decide.js';
export { needsCard, resolve } from './resolve.js';
export type {
  CardNow,
  DealNow,
  NewContact,
  NewLead,
  NoteFields,
  Now,
  Place,
  PortalNow,
  Resolution,
} from './resolution.js';
export {
  advance,
  newProgress,
  type Advance,
  type CallIdentity,
  type CallProgress,
  type Surroundings,
} from './advance.js';
export { chooseCard } from './known-client.js';
export { sentenceOf } from './sentence.js';
export { route, type RouteSituation, type Routing } from './route.js';
export { callIdOf, commandIdOf, decisionIdOf, lookupIdOf, routeIdOf } from './ids.js';
