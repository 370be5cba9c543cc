import { Problem } from '@perezvon/service';

/** 409: the account has as many of these as it may. */
export function tooMany(limit: number): Problem {
  return new Problem({
    status: 409,
    code: 'limit_reached',
    message: { ru: `Достигнут предел: ${limit}. Удалите лишнее.`, en: `The limit of ${limit} is reached.` },
  });
}
