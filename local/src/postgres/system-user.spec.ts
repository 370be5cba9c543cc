import { chmod, mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { canReach } from './system-user.js';

const stranger = { uid: 65_534, gid: 65_534 };

describe('whether a system user can reach a directory', () => {
  let home: string;
  let inner: string;
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'perezvon-spec-'));
    inner = join(home, 'a', 'b');
    await mkdir(inner, { recursive: true });
    await chmod(home, 0o711);
  });
  afterEach(async () => {
    await rm(home, { recursive: true });
  });

  it('depends on every directory above it', async () => {
    expect(await canReach(stranger, inner)).toBe(true);
    await chmod(home, 0o700);
    expect(await canReach(stranger, inner)).toBe(false);
  });

  it('is decided by the rights of the owner, of the group or of the others, whichever the user is', async () => {
    await chmod(inner, 0o710);
    const { uid, gid } = await stat(inner);
    expect(await canReach({ uid, gid: stranger.gid }, inner)).toBe(true);
    expect(await canReach({ uid: stranger.uid, gid }, inner)).toBe(true);
    expect(await canReach(stranger, inner)).toBe(false);
  });

  it('does not depend on what is not there yet', async () => {
    expect(await canReach(stranger, join(inner, 'new', 'data'))).toBe(true);
  });
});
