export { CredentialStore, type PortalToken } from './credential-store.js';
export { CredentialsError, type CredentialsErrorCode } from './errors.js';
export { KeyRing, newCredentialsKey } from './key-ring.js';
export { credentialsMigrations, type CredentialsRoles, credentialsSchema, migrateCredentials } from './schema.js';
