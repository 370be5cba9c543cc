import { randomBytes, scrypt, type ScryptOptions, timingSafeEqual } from 'node:crypto';

/**
 * OWASP's parameters of 2024 with the least memory: 32 MiB and about 0.2 s a guess. They are written into each hash, so
 * they can be raised without a new password.
 */
const current = { cost: 2 ** 15, blockSize: 8, parallelization: 3 };
const keyBytes = 32;

/**
 * So many passwords are looked at together, the others wait in their order: a burst of logins costs at most 96 MiB and three
 * of libuv's four threads. With all four taken, whatever else needs one stands behind every password of the burst: a new
 * connection to PostgreSQL proves its own (SCRAM) there, and was given up after 10 s on a busy machine.
 */
const atOnce = 3;

/** `scrypt$cost$blockSize$parallelization$salt$key`, the last two base64url. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const key = await derive(password, salt, keyBytes, current);
  const { cost, blockSize, parallelization } = current;
  return ['scrypt', cost, blockSize, parallelization, salt.toString('base64url'), key.toString('base64url')].join('$');
}

/** Takes as long for a hash that nobody has (undefined) as for a wrong password, so that time names no login. */
export async function isPassword(password: string, stored: string | undefined): Promise<boolean> {
  const [scheme, cost, blockSize, parallelization, salt = '', key = ''] = (stored ?? nobodys).split('$');
  if (scheme !== 'scrypt') throw new Error('a stored password is in no known form');
  const expected = Buffer.from(key, 'base64url');
  const actual = await derive(password, Buffer.from(salt, 'base64url'), expected.length, {
    cost: Number(cost),
    blockSize: Number(blockSize),
    parallelization: Number(parallelization),
  });
  return timingSafeEqual(actual, expected) && stored !== undefined;
}

const nobodys = ['scrypt', current.cost, current.blockSize, current.parallelization, 'AA', 'A'.repeat(43)].join('$');

/** NFC: the same letters typed on another keyboard are the same password. */
async function derive(password: string, salt: Buffer, length: number, parameters: ScryptOptions): Promise<Buffer> {
  const options = { ...parameters, maxmem: 128 * 1024 * 1024 };
  await turn();
  try {
    return await new Promise((resolve, reject) => {
      scrypt(password.normalize('NFC'), salt, length, options, (error, key) =>
        error === null ? resolve(key) : reject(error),
      );
    });
  } finally {
    leave();
  }
}

let taken = 0;
const waiting: (() => void)[] = [];

/** Resolves when a place is free, and taken. */
async function turn(): Promise<void> {
  if (taken < atOnce) taken += 1;
  else await new Promise<void>((resolve) => waiting.push(resolve));
}

/** The place goes to who has waited longest, if anybody does. */
function leave(): void {
  const next = waiting.shift();
  if (next === undefined) taken -= 1;
  else next();
}
