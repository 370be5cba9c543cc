import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { loadSecrets } from './secrets.js';

describe('the secrets of this machine', () => {
  it('are made once, differ between machines, and only their owner can read them', async () => {
    const here = await mkdtemp(join(tmpdir(), 'perezvon-spec-'));
    const there = await mkdtemp(join(tmpdir(), 'perezvon-spec-'));
    try {
      const first = await loadSecrets(here);
      expect(await loadSecrets(here)).toEqual(first);
      expect((await stat(join(here, 'secrets.json'))).mode & 0o777).toBe(0o600);
      const others = await loadSecrets(there);
      for (const [name, value] of Object.entries(others))
        expect(Object.entries(first)).not.toContainEqual([name, value]);
      expect(first.credentialsKeys).toMatch(/^local:[A-Za-z0-9+/]{43}=$/);
    } finally {
      await rm(here, { recursive: true });
      await rm(there, { recursive: true });
    }
  });
});
