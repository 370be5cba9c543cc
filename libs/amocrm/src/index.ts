export { createAmocrmClient, NotAnAccountAddress, type AmocrmClient, type AmocrmClientOptions } from './client.js';
export {
  codes,
  errorTable,
  othersAfter,
  type Applied,
  type Code,
  type CodeOf,
  type Disposition,
  type ReadDisposition,
  type WriteDisposition,
} from './error-table.js';
export { type LinkedCard } from './links.js';
export { type LeadsById, type ListOptions } from './reads.js';
export { type Page, type Pages, type PagingOptions } from './getter.js';
export * from './inputs.js';
export {
  fieldValues,
  fieldValuesById,
  accountParts,
  type Account,
  type AccountPart,
  type Company,
  type Contact,
  type CustomField,
  type CustomFieldValue,
  type Event,
  type Lead,
  type Note,
  type Pipeline,
  type PipelineStatus,
  type Tag,
  type Task,
  type Unsorted,
  type UnsortedSummary,
  type User,
} from './models.js';
export { consentPage, readConsent, type Consent } from './oauth/consent.js';
export { isGenuineDisconnect, type DisconnectHook, type Integration } from './oauth/integration.js';
export { Secret } from './oauth/secret.js';
export { claimsOf, type TokenClaims } from './oauth/token-claims.js';
export { TokenEndpoint, type GrantResult, type TokenEndpointOptions, type TokenPair } from './oauth/token-endpoint.js';
export { createPacer, monotonicClock, type Clock, type Pacer, type TurnEnd, type WindowPacer } from './pacer.js';
export { parseExtraOrigins, portalUrl, type PortalUrl, type PortalUrlProblem } from './portal-url.js';
export { type RequestEnd, type RequestObserver, type RequestStart } from './request-observer.js';
export { type CallOptions, type NoToken } from './requester.js';
export {
  type Done,
  type Exchange,
  type FieldError,
  type InDoubt,
  type ItemOutcome,
  type ReadResult,
  type Rejected,
  type RejectedItem,
  type Retry,
  type StopPortal,
  type WriteResult,
} from './result.js';
export { type Timeouts } from './transport.js';
export { type Webhook } from './webhooks.js';
export {
  type SendOptions,
  type Wire,
  type WireAttempt,
  type WireConnection,
  type WireOutcome,
  type WireRequest,
} from './wire.js';
export { type BatchResult, type Created, type CreatedComplex, type CreatedUnsorted } from './writes.js';
