import { existsSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { codes, errorTable } from '@perezvon/amocrm';
import type { PortalStatus, PortalStop } from '@perezvon/contracts';
import { conditionsOf, parkedConditions, type Condition } from './conditions.js';

const [since, until] = ['2026-01-02T03:04:05.678Z', '2026-01-02T04:04:05.678Z'];

const status = (more: Partial<PortalStatus>): PortalStatus => ({
  portalId: '019300c0-7e57-7000-8000-000000000001',
  accountId: 'acme',
  lane: 'ru:1001',
  stop: null,
  directoryReadAt: null,
  effects: [
    { state: 'waiting', reason: 'tariff_limit', count: 2, oldestAt: since },
    { state: 'in_doubt', reason: 'total_timeout', count: 1, oldestAt: since },
    { state: 'parked', reason: 'validation_failed', count: 5, oldestAt: since },
  ],
  lookupsWaiting: 0,
  ...more,
});

/** A reason that is added to the contract does not compile until it stands here. */
const reasons: Readonly<Record<PortalStop['reason'], null>> = {
  no_credentials: null,
  unauthorised: null,
  unpaid: null,
  blocked: null,
  ip_not_allowed: null,
  no_rights: null,
  not_found: null,
};
const usual = Object.keys(reasons).map((reason) => ({ reason, cause: null }));
const ways = [
  { reason: 'unauthorised', cause: 'refresh_refused' },
  { reason: 'unauthorised', cause: 'disconnected' },
  { reason: 'not_found', cause: 'redirected' },
  { reason: 'not_found', cause: 'another_account' },
] as const;
const putOff = [...codes.filter((code) => errorTable[code].read === 'retry'), 'writer_failed'];
const parked = ['portal_deleted', 'portal_unknown', 'expired', 'validation_failed'];

const all: [string, (language: 'ru' | 'en') => Condition[]][] = [
  ...[...usual, ...ways].map(({ reason, cause }): (typeof all)[number] => [
    `${reason} ${cause ?? ''}`,
    (language) => conditionsOf(status({ stop: { reason, cause, since, until } }), language),
  ]),
  ...putOff.map((reason): (typeof all)[number] => [
    reason,
    (language) => conditionsOf(status({ trouble: { reason, since, until } }), language),
  ]),
  ['tariff_limit', (language) => conditionsOf(status({ limit: { since, until } }), language)],
  ...parked.map((reason): (typeof all)[number] => [
    reason,
    (language) => parkedConditions([{ reason, count: 1, oldestAt: since }], language),
  ]),
];

describe('why something is not written', () => {
  it.each(all)('%s: is said in both languages, with what to do, and has a page for who is on duty', (_, of) => {
    const [russian] = of('ru');
    const [english] = of('en');
    for (const text of [russian?.text, russian?.advice]) expect(text).toMatch(/[а-яё]{3}/i);
    for (const text of [english?.text, english?.advice]) expect(text).toMatch(/^[a-z0-9“”’ ,.:;()-]+$/i);
    expect(english?.text).not.toBe(english?.code);
    expect(existsSync(new URL(`../../../../${russian?.runbook ?? ''}`, import.meta.url))).toBe(true);
  });

  it('says what waits, since when and until when', () => {
    expect(conditionsOf(status({ stop: { reason: 'unpaid', since, until } }), 'en')).toMatchObject([
      { kind: 'stop', code: 'unpaid', waiting: 3, since, until },
    ]);
  });

  it('counts calls that wait for their client to be looked up, though nothing of them stands in the queue yet', () => {
    const only = status({ stop: { reason: 'unpaid', since, until }, effects: [], lookupsWaiting: 6 });
    expect(conditionsOf(only, 'en')).toMatchObject([{ waiting: 6 }]);
  });

  it("counts what the tariff's limit holds, not what goes on beside it", () => {
    expect(conditionsOf(status({ limit: { since, until } }), 'en')).toMatchObject([{ kind: 'limit', waiting: 2 }]);
  });

  it('names the new address of a renamed account, before and after it stops the portal', () => {
    const moved = { to: 'https://new.amocrm.ru', since };
    const [notice] = conditionsOf(status({ moved }), 'ru');
    expect(notice).toMatchObject({
      kind: 'notice',
      code: 'renamed',
      waiting: 0,
      since,
      text: expect.stringContaining(moved.to),
    });
    expect(existsSync(new URL(`../../../../${notice?.runbook ?? ''}`, import.meta.url))).toBe(true);
    const stop = { reason: 'not_found', cause: null, since, until };
    expect(conditionsOf(status({ moved, stop }), 'en')).toMatchObject(
      [
        {
          kind: 'stop',
          code: 'not_found',
          text: expect.stringMatching(/renamed.*https:\/\/new/),
          advice: /new address/,
        },
      ].map(({ advice, ...rest }) => ({ ...rest, advice: expect.stringMatching(advice) })),
    );
  });

  it('says nothing of a portal that is well', () => {
    expect(conditionsOf(status({ trouble: null, limit: null }), 'en')).toEqual([]);
  });
});
