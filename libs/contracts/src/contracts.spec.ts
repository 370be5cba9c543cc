import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { Parser } from '@asyncapi/parser';
import { parse as parseYaml } from 'yaml';
import { asyncApiDocument } from './asyncapi.js';
import { catalogue, topicSettings } from './catalogue.js';
import { ContractViolation, type Message } from './message.js';

const root = new URL('../', import.meta.url);
const messages = catalogue as readonly Message<unknown>[];
const fixturesOf = ({ topic }: Message<unknown>) => {
  const folder = new URL(`fixtures/${topic}/`, root);
  return readdirSync(folder).map((name): [string, unknown] => [
    name,
    JSON.parse(readFileSync(new URL(name, folder), 'utf8')),
  ]);
};

describe.each(messages.map((message): [string, Message<unknown>] => [message.topic, message]))(
  '%s',
  (_topic, message) => {
    it.each(fixturesOf(message))('goes on reading %s', (_name, fixture) => {
      expect(message.parse(fixture)).toEqual(fixture);
    });

    it('has a key for every fixture', () => {
      for (const [, fixture] of fixturesOf(message)) expect(message.key(message.parse(fixture))).toMatch(/./);
    });

    it('takes fields that a later version adds', () => {
      for (const [, fixture] of fixturesOf(message))
        expect(() => message.parse({ ...Object(fixture), later: 1 })).not.toThrow();
    });

    it('refuses what is not a message, and names no value', () => {
      const phone = '+79169998877';
      for (const value of [null, [], 'text', phone, { phone, client: { raw: { phone } } }]) {
        expect(() => message.parse(value)).toThrow(ContractViolation);
        expect(() => message.parse(value)).not.toThrow(phone);
      }
    });
  },
);

describe('a PBX call event', () => {
  const [pbxCallEvents] = catalogue;
  const [, minimal] = fixturesOf(pbxCallEvents as Message<unknown>).find(([name]) => name.startsWith('minimal')) ?? [];

  it.each([
    ['an unknown schema version', { schema_version: 2 }, 'schema_version'],
    ['an account id with a slash', { account_id: 'a/b' }, 'account_id'],
    ['an id sent as a 64-bit number', { call_id: 1002003004 }, 'call_id'],
    ['a time without a zone', { occurred_at: '2025-03-04 12:12:47' }, 'occurred_at'],
    ['an employee without any key', { employee: { name: '' } }, 'employee'],
    ['a negative duration', { talk_sec: -1 }, 'talk_sec'],
  ])('with %s is refused at its field', (_title, change, path) => {
    try {
      pbxCallEvents.parse({ ...Object(minimal), ...change });
      throw new Error('was accepted');
    } catch (error) {
      expect(error).toBeInstanceOf(ContractViolation);
      expect((error as ContractViolation).problems.map((p) => p.path)).toContain(path);
    }
  });
});

describe('retention', () => {
  it('is time for streams and the newest value for tables', () => {
    const byTopic = Object.fromEntries(messages.map((m) => [m.topic, topicSettings(m)]));
    expect(byTopic['calls.v1']).toMatchObject({ compacted: false, retentionMs: 7 * 24 * 3_600_000, partitions: 6 });
    expect(byTopic['settings.v1']).toEqual({ topic: 'settings.v1', compacted: true, partitions: 6 });
  });
});

describe('docs/asyncapi.yaml', () => {
  const published = readFileSync(new URL('../../docs/asyncapi.yaml', root), 'utf8');

  it('is what the contracts say now (npm run asyncapi writes it)', () => {
    expect(parseYaml(published)).toEqual(JSON.parse(JSON.stringify(asyncApiDocument())));
  });

  it('is valid AsyncAPI', async () => {
    const { document, diagnostics } = await new Parser().parse(published);
    const errors = diagnostics.filter((d) => Number(d.severity) === 0).map((d) => `${d.path.join('.')}: ${d.message}`);
    expect(errors).toEqual([]);
    expect(document?.channels().all()).toHaveLength(messages.length);
  });
});
