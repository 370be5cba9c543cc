import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { type CallFacts, evolve } from '@perezvon/calls';
import { defaultIntegration, integrationSettings, type PbxEmployee, type Settings } from '@perezvon/contracts';
import { z } from 'zod';
import { reasonWords } from '../journal/effect-words.js';
import { leavesOf } from '../testing/leaves-of-schema.js';
import { portalCopy } from '../testing/portal-copy.js';
import { type DescribedCall, factsOfDescribed } from './described-call.js';
import { foresee, type Foreseen } from './foresee.js';
import { intentWords } from './intent-words.js';

/**
 * A setting that is in the contract and moves nothing would be a promise to the operator that nobody keeps: each leaf has two
 * values here between which some call is decided otherwise, and told otherwise.
 */
const valuesOf: Readonly<Record<string, readonly [unknown, unknown]>> = {
  enabled: [true, false],
  action: ['create_contact_and_deal', 'create_unsorted'],
  pipelineId: [1, 2],
  statusId: [11, 21],
  number: ['client', 'virtual'],
  text: ['Перезвонить', 'Обработать'],
  dueInMinutes: [60, 90],
  taskTypeId: [1, 2],
  defaultResponsibleUserId: [101, 102],
  filteredNumbers: [[], ['+79161234567']],
  logCalls: [true, false],
  createAt: ['answer', 'end'],
  acceptedBy: ['first', 'last'],
  activeDealScope: ['all', 'same_pipeline'],
  hiddenNumbers: ['ignore', 'unsorted'],
};

/** Not of what a call makes: R11 and the decision's portal, R9's wait, R13's answer. Each has specs of its own in libs/calls. */
const elsewhere = /^(active|portalId|\w+\.unsortedRecordWaitSec|incoming\.personalManagerRouting)$/;

const leaves = leavesOf(z.toJSONSchema(integrationSettings)).filter((path) => !elsewhere.test(path));

const employee = (n: number): PbxEmployee => ({
  employeeId: `019300c0-7e57-7000-8000-00000000000${String(n)}`,
  ext: String(n),
  phones: [],
});
const employees = [employee(1), employee(2)];

/** Everything is on. @param action of every cell; what stands for the other kind of client is chosen by R2 */
function busy(action: string): Settings['integration'] {
  const integration = defaultIntegration();
  const cell = { enabled: true, action, pipelineId: 1, ...(action !== 'create_unsorted' && { statusId: 11 }) };
  const direction = {
    cells: { answeredUnknown: cell, missedUnknown: cell, answeredKnown: cell, missedKnown: cell },
    tagging: { enabled: true, number: 'client' },
    answeredTask: { enabled: true, text: 'Обработать', dueInMinutes: 60, taskTypeId: 1 },
    missedTask: { enabled: true, text: 'Перезвонить', dueInMinutes: 60, taskTypeId: 1 },
    defaultResponsibleUserId: 101,
  };
  return integrationSettings.parse({
    ...integration,
    incoming: { ...integration.incoming, ...direction },
    outgoing: { ...integration.outgoing, ...direction },
  });
}

function withLeaf(integration: Settings['integration'], path: string, value: unknown): Settings {
  const copy: unknown = structuredClone(integration);
  const steps = path.split('.');
  const last = steps.pop() ?? '';
  const parent = steps.reduce<Record<string, unknown>>(
    (node, step) => node[step] as Record<string, unknown>,
    copy as Record<string, unknown>,
  );
  parent[last] = value;
  return {
    accountId: 'acc-17',
    version: 1,
    updatedAt: '2025-03-04T00:00:00.000Z',
    name: 'Ромашка',
    integration: copy as Settings['integration'],
    portals: [],
    employees,
    mapping: employees.map(({ employeeId }, index) => ({ employeeId, crmUserId: 101 + index })),
    sources: [],
  };
}

/** Every kind of call: by direction, outcome and client; with a number or without; taken by one, and then by another. */
function* calls(): Generator<{ facts: CallFacts; clientKnown: boolean }> {
  for (const direction of ['in', 'out'] as const) {
    for (const outcome of ['answered', 'missed'] as const) {
      for (const clientKnown of [true, false]) {
        for (const phone of ['8 916 123-45-67', null]) {
          const employeeId = employees[0]?.employeeId ?? null;
          const described: DescribedCall = { direction, phone, outcome, clientKnown, talkSec: 60, employeeId };
          const facts = factsOfDescribed(described, 'acc-17', employees, '2025-03-04T09:13:11.000Z');
          yield { facts, clientKnown };
          if (outcome === 'answered') yield { facts: takenOverBySecond(facts), clientKnown };
        }
      }
    }
  }
}

/** The record says that the client talked with another employee too. */
function takenOverBySecond(facts: CallFacts): CallFacts {
  const at = facts.lastReceivedAt;
  return evolve(facts, {
    schema_version: 1,
    account_id: 'acc-17',
    source: 'canonical',
    type: 'call.ended',
    call_id: 'described',
    direction: facts.direction === 'out' ? 'out' : 'in',
    client: facts.client,
    event_id: 'the record in full',
    content_hash: 'the record in full',
    occurred_at: at,
    occurred_at_quality: 'pbx_utc',
    received_at: at,
    origin: 'push',
    outcome: 'answered',
    wait_sec: 10,
    talk_sec: 60,
    total_sec: 70,
    employee: { ext: '1' },
    last_talked_employee: { ext: '2' },
    participants: [
      { employee: { ext: '1' }, talked: true, talk_sec: 30 },
      { employee: { ext: '2' }, talked: true, talk_sec: 30 },
    ],
  });
}

const portal = portalCopy('acc-17', '019300c0-7e57-7000-8000-000000000001');
const told = ({ effects, reasons }: Foreseen): unknown => [
  effects.map(({ moment, intent }) => [moment, intentWords(intent, portal).ru]),
  reasons.map((reason) => reasonWords(reason).ru),
];

describe('every setting that the contract has', () => {
  it.each(leaves)('%s moves the decision of some call, and its words', (path) => {
    const values = valuesOf[path.split('.').at(-1) ?? ''];
    if (values === undefined) throw new Error(`${path} has no two values here: say what it moves`);
    const moved = { decision: false, words: false };
    for (const action of ['create_contact_and_deal', 'create_unsorted']) {
      const [one, other] = values.map((value) => withLeaf(busy(action), path, value));
      if (one === undefined || other === undefined) throw new Error('there are two values');
      for (const { facts, clientKnown } of calls()) {
        const [before, after] = [foresee(facts, one, clientKnown), foresee(facts, other, clientKnown)];
        if (before.isIncomplete || after.isIncomplete) continue;
        moved.decision ||= !isDeepStrictEqual(before, after);
        moved.words ||= !isDeepStrictEqual(told(before), told(after));
      }
    }
    expect(moved).toEqual({ decision: true, words: true });
  });
});
