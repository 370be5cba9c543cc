import { expect, it } from '@jest/globals';
import { pbkdf2 } from 'node:crypto';
import { promisify } from 'node:util';
import { hashPassword, isPassword } from './passwords.js';

it('many logins at the same moment were answered 500: a connection to PostgreSQL waited behind all their passwords', async () => {
  const stored = await hashPassword('correct horse battery');
  const many = 16;
  let checked = 0;
  const checks = Array.from({ length: many }, async (_, turn) => {
    const isRight = await isPassword(turn % 2 === 0 ? 'correct horse battery' : 'guess, guess, guess', stored);
    checked += 1;
    return isRight;
  });
  await new Promise(setImmediate);
  // What a new connection does to prove its password (SCRAM), on the same threads.
  await promisify(pbkdf2)('its own', 'salt', 4096, 32, 'sha256');
  expect(checked).toBeLessThan(many / 2);
  expect(await Promise.all(checks)).toEqual(checks.map((_, turn) => turn % 2 === 0));
});
