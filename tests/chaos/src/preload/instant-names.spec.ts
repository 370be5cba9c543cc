import { describe, expect, it } from '@jest/globals';
import { exchangeName, statementName } from './instant-names.js';

describe('a statement is named', () => {
  it.each([
    [
      'select (extract(epoch from e.next_at) * 1000)::float8 from effect e where e.seq = any($1) for update',
      'lock effect',
    ],
    ['\n  update effect e set state = u.state from unnest($1::bigint[]) as u (seq)', 'update effect'],
    ['with free as (select lane from lane for update skip locked) update lane l set holder = $1', 'with lane'],
    ['insert into "effect" (seq) select 1', 'insert effect'],
    ['START TRANSACTION', 'start'],
    ['COMMIT', 'commit'],
  ])('%s', (sql, name) => {
    expect(statementName(sql)).toBe(name);
  });
});

describe('an exchange is named', () => {
  it.each([
    ['/api/v4/leads/complex', 'POST leads/complex'],
    ['/api/v4/leads/31/notes?limit=50', 'POST leads/notes'],
  ])('%s', (path, name) => {
    expect(exchangeName('POST', path)).toBe(name);
  });
});
