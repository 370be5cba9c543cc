import { randomBytes, randomUUID } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What this machine's stack is protected by; made here, never shipped. */
export interface Secrets {
  /** CREDENTIALS_KEYS: what tokens are encrypted with at rest. */
  readonly credentialsKeys: string;
  readonly internalApiKey: string;
  readonly platformAdminApiKey: string;
  /** The long-lived token that the amoCRM emulator accepts. */
  readonly amocrmToken: string;
  /** AMOCRM_CLIENT_SECRET: by which the emulator knows our integration. */
  readonly amocrmClientSecret: string;
  /** What the passwords of the services' database roles follow from. */
  readonly databasePassword: string;
}

/** Reads the secrets of this machine, or makes them: `<dir>/secrets.json`, for the owner's eyes only. */
export async function loadSecrets(dir: string): Promise<Secrets> {
  const file = join(dir, 'secrets.json');
  const text = await readFile(file, 'utf8').catch(() => undefined);
  const known: unknown = text === undefined ? {} : JSON.parse(text);
  const secrets: Secrets = {
    credentialsKeys: secret(known, 'credentialsKeys', () => `local:${randomBytes(32).toString('base64')}`),
    internalApiKey: secret(known, 'internalApiKey', () => randomBytes(24).toString('base64url')),
    platformAdminApiKey: secret(known, 'platformAdminApiKey', () => randomBytes(32).toString('base64url')),
    amocrmToken: secret(known, 'amocrmToken', unsignedJwt),
    amocrmClientSecret: secret(known, 'amocrmClientSecret', () => randomBytes(32).toString('base64url')),
    databasePassword: secret(known, 'databasePassword', () => randomBytes(18).toString('base64url')),
  };
  await mkdir(dir, { recursive: true });
  await writeFile(file, `${JSON.stringify(secrets, undefined, 2)}\n`, { mode: 0o600 });
  return secrets;
}

function secret(known: unknown, name: keyof Secrets, make: () => string): string {
  if (typeof known !== 'object' || known === null) return make();
  const value: unknown = Reflect.get(known, name);
  return typeof value === 'string' && value !== '' ? value : make();
}

/** Shaped like amoCRM's long-lived tokens, which are JWTs, so that what looks into them finds an expiry (five years). */
function unsignedJwt(): string {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const now = Math.floor(Date.now() / 1000);
  const claims = { jti: randomUUID(), iat: now, exp: now + 5 * 365 * 86_400, scopes: ['crm', 'notifications'] };
  return [part({ typ: 'JWT', alg: 'RS256' }), part(claims), randomBytes(64).toString('base64url')].join('.');
}
