import { describe, expect, it } from '@jest/globals';
import { KeyRing, newCredentialsKey } from './key-ring.js';
import { openPullToken, sealPullToken } from './pull-token.js';

const keys = KeyRing.parse(newCredentialsKey('2026'));
const owner = { accountId: 'acc-17', sourceId: '018e0b1a-0000-7000-8000-000000000031' };

describe('a sealed pull token', () => {
  it('opens for its own source, however the id is spelled, and shows nothing', () => {
    const sealed = sealPullToken(keys, 's3cret', owner);
    expect(sealed).not.toContain('s3cret');
    expect(openPullToken(keys, sealed, { ...owner, sourceId: owner.sourceId.toUpperCase() })).toBe('s3cret');
  });

  it('opens for no other source and no other account', () => {
    const sealed = sealPullToken(keys, 's3cret', owner);
    expect(() => openPullToken(keys, sealed, { ...owner, accountId: 'acc-18' })).toThrow('does not open');
    expect(() => openPullToken(keys, 'garbage', owner)).toThrow('is not sealed');
  });
});
