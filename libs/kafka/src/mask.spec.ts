import { describe, expect, it } from '@jest/globals';
import { describeError, maskPhones } from './mask.js';

describe('masking phone numbers', () => {
  it.each(['+79161234567', '8 (916) 123-45-67', '+7 916 123 45 67', '4951234567', '8.916.123.45.67'])(
    'hides %s',
    (phone) => {
      expect(maskPhones(`called ${phone}!`)).toBe('called •••!');
    },
  );

  it('leaves short numbers and plain words', () => {
    expect(maskPhones('topic calls.v1, ext 102, code 403, partition 12')).toBe(
      'topic calls.v1, ext 102, code 403, partition 12',
    );
  });

  it('describes any error', () => {
    expect(describeError(new TypeError('bad +79161234567'))).toBe('TypeError: bad •••');
    expect(describeError('text')).toBe('text');
  });
});
