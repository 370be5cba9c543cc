import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Arena } from '../rig/arena.js';
import { bugs } from './bugs.js';
import { bugOrder, findBug } from './find-bug.js';

/** A harness that finds nothing proves nothing: each bug has a tenant of its own, and must be found. */
let arena: Arena;

beforeAll(async () => {
  arena = await Arena.open({ seed: 5, tenants: bugOrder.length });
  const writer = arena.start();
  await arena.portalsRead();
  await writer.end('SIGTERM');
});
afterAll(() => arena.close());

describe('a writer that was made to', () => {
  it.each(bugOrder.map((bug, index) => [bugs[bug].name, bug, index] as const))(
    '%s is found out',
    async (_, bug, index) => {
      const [tenant] = arena.tenants.slice(index);
      if (tenant === undefined) throw new Error('each bug needs a tenant');
      expect(await findBug(arena, tenant, bug)).toEqual({ caught: true, by: expect.any(String) });
    },
  );
});
