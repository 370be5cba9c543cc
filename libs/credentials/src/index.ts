export { CredentialStore, readToken, type TokenFacts } from './credential-store.js';
export { CredentialsError, type CredentialsErrorCode } from './errors.js';
export { KeyRing, newCredentialsKey } from './key-ring.js';
export { openPullToken, sealPullToken, type PullTokenOwner } from './pull-token.js';
export { credentialsMigrations, type CredentialsRoles, credentialsSchema, migrateCredentials } from './schema.js';
export { type PortalToken } from './portal-token.js';
export {
  TokenKeeper,
  type ConsentReason,
  type CurrentToken,
  type Refresh,
  type TokenKeeperOptions,
} from './token-keeper.js';
