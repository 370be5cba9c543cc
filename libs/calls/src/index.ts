export { evolve, evolveAll, join, type CallFacts } from './call-facts.js';
export type { CallEnd } from './ends.js';
export { entryOf, talkersOf } from './people.js';
export { outcomeWord, verdictOf, type Verdict } from './outcome.js';
export { decide } from './decide.js';
export type { Plan, PlannedEffect, Situation } from './plan.js';
export { IncompleteCell } from './incomplete-cell.js';
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
export { advance, type Advance } from './advance.js';
export type { CallIdentity, Surroundings } from './step.js';
export { isOneCall, linkedIdsOf, tiesOf, type CallTies, type NamedCall } from './call-ties.js';
export { newProgress, type CallProgress } from './progress.js';
export { joinCalls, type CallInProgress, type JoinedCalls } from './join-calls.js';
export { chooseCard } from './known-client.js';
export { sentenceOf } from './sentence.js';
export { fallbackWords } from './route-reasons.js';
export { route, type RouteSituation, type Routing } from './route.js';
export { callIdOf, commandIdOf, decisionIdOf, lookupIdOf, routeIdOf } from './ids.js';
