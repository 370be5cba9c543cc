import { describe, expect, it } from '@jest/globals';
import { defaultIntegration, type Settings } from '@perezvon/contracts';
import { differencesOf } from './differences.js';

const source = {
  sourceId: 's1',
  kind: 'uis',
  instance: null,
  timeZone: 'Europe/Moscow',
  settleDelaySec: 20,
  ringLimitSec: 120,
  routeFallback: 'branch',
  secretHash: 'a'.repeat(64),
} as const;

const before: Settings = {
  accountId: 'acc-17',
  version: 1,
  updatedAt: '2025-03-04T00:00:00.000Z',
  name: 'Ромашка',
  integration: defaultIntegration(),
  portals: [],
  employees: [{ employeeId: 'e1', phones: [], ext: '101' }],
  mapping: [{ employeeId: 'e1', crmUserId: 101 }],
  sources: [source],
};

describe('the difference between two settings', () => {
  it('is told leaf by leaf; versions and times are not news', () => {
    const after = structuredClone({ ...before, version: 2, updatedAt: '2025-03-05T00:00:00.000Z' });
    after.integration.incoming.cells.missedKnown = { enabled: true, action: 'create_unsorted', pipelineId: 1 };
    after.integration.outgoing.logCalls = false;
    expect(differencesOf(before, after)).toEqual([
      { path: 'integration.incoming.cells.missedKnown.enabled', before: false, after: true },
      { path: 'integration.incoming.cells.missedKnown.action', before: null, after: 'create_unsorted' },
      { path: 'integration.incoming.cells.missedKnown.pipelineId', before: null, after: 1 },
      { path: 'integration.outgoing.logCalls', before: true, after: false },
    ]);
  });

  it('knows things by their ids, not by their places', () => {
    const employees = [{ employeeId: 'e2', phones: [], ext: '102' }, ...before.employees];
    expect(differencesOf(before, { ...before, employees })).toEqual([
      { path: 'employees.e2', before: null, after: employees[0] },
    ]);
    expect(differencesOf(before, { ...before, mapping: [{ employeeId: 'e1', crmUserId: 102 }] })).toEqual([
      { path: 'mapping.e1.crmUserId', before: 101, after: 102 },
    ]);
  });

  it('names the numbers that came to a filter and those that went', () => {
    const withNumbers = (filteredNumbers: string[]): Settings => ({
      ...before,
      integration: { ...before.integration, incoming: { ...before.integration.incoming, filteredNumbers } },
    });
    const path = 'integration.incoming.filteredNumbers';
    expect(differencesOf(withNumbers(['102', '103']), withNumbers(['103', '+7495*']))).toEqual([
      { path: `${path}.102`, before: '102', after: null },
      { path: `${path}.+7495*`, before: null, after: '+7495*' },
    ]);
  });

  it('never holds what nobody may read', () => {
    const told = JSON.stringify([
      differencesOf(before, { ...before, sources: [] }),
      differencesOf(before, { ...before, sources: [{ ...source, secretHash: 'b'.repeat(64) }] }),
    ]);
    expect(told).toContain('Europe/Moscow');
    expect(told).not.toMatch(/aaaa|bbbb/);
  });
});
