export {
  defineMessage,
  problemsOf,
  ContractViolation,
  type ContractProblem,
  type Message,
  type Retention,
} from './message.js';
export { asyncApiDocument } from './asyncapi.js';
export { catalogue, topicSettings, type TopicSettings } from './catalogue.js';
export {
  SCHEMA_VERSION,
  type CallClient,
  type CallDirection,
  type CallEmployee,
  type CallEventType,
  type CallOutcome,
  type CallOutcomeDetail,
  type CallRecord,
} from './call-event.js';
export { pbxCallEvents, pbxCallEventSchema, type PbxCallEvent } from './pbx-call-events.js';
export { calls, callEventSchema, type CallEvent } from './calls.js';
export {
  rejectedCallEvents,
  rejectionCode,
  type RejectedCallEvent,
  type RejectionCode,
} from './rejected-call-events.js';
export {
  settings,
  settingsSchema,
  integrationSettings,
  cellAction,
  DEFAULT_TERM_MINUTES,
  defaultDirection,
  defaultIntegration,
  defaultTaskText,
  type CellAction,
  type CellSettings,
  type DirectionSettings,
  type IntegrationSettings,
  type PbxEmployee,
  type PbxSource,
  type PortalEntry,
  type PullSettings,
  type Settings,
} from './settings.js';
export { portals, portalSchema, portalWarning, type Portal, type PortalStop, type PortalWarning } from './portals.js';
export { clients, clientSchema, type Client, type ClientCard } from './clients.js';
export {
  commands,
  crmCommandSchema,
  cancelCommandSchema,
  effectCommandSchema,
  lookupCommandSchema,
  effectName,
  type CallNoteIntent,
  type CancelCommand,
  type CreateDealIntent,
  type CreateTaskIntent,
  type CreateUnsortedIntent,
  type CrmCommand,
  type EffectCommand,
  type EffectName,
  type EnsureContactIntent,
  type Intent,
  type LookupCommand,
} from './commands.js';
export { results, resultSchema, effectState, type CrmResult, type EffectState } from './results.js';
export { type Reason } from './reason.js';
export {
  decisions,
  decisionSchema,
  cellName,
  type CallDecision,
  type CellName,
  type ClientLookup,
} from './decisions.js';
export { callState, callStates, callStateSchema, type CallState, type CallStateChange } from './call-states.js';
export { routes, routeSchema, routeReason, type Route, type RouteEmployee, type RouteReason } from './routes.js';
export {
  connectionTest,
  effectList,
  parkedEffects,
  type ParkedEffects,
  portalLeave,
  type PortalLeave,
  portalStatus,
  waitingEffect,
  type ConnectionTest,
  type PortalStatus,
  type WaitingEffect,
} from './internal-writer.js';
export { waitingCalls, type WaitingCalls } from './internal-engine.js';
export {
  rejectedItem,
  rejectedList,
  replayOutcome,
  sourceActivity,
  type RejectedItem,
  type ReplayOutcome,
  type SourceActivity,
} from './internal-ingest.js';
