import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { startTestApi, type TestApi } from '../testing/settings-api.js';
import { LoginThrottle } from './login-throttle.js';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.close());

it('a right password is not answered with 500, a deadlock, while others log in after a quiet quarter of an hour', async () => {
  const { dataSource } = api.database;
  const throttle = new LoginThrottle(dataSource);
  await throttle.take('anna', '192.0.2.1');
  await throttle.take('boris', '192.0.2.2');
  await dataSource.query(`update login_attempts set window_ends_at = now() - interval '1 minute'`);
  const another = dataSource.createQueryRunner();
  try {
    // As another login counts: it has the first of its rows, and will ask for the others.
    await another.startTransaction();
    await another.query(`select 1 from login_attempts where kind = 'address' and subject = '192.0.2.1' for update`);
    // Waits for nobody: with a wait here, and one there for a row that is deleted here, both would wait for ever.
    await throttle.forgive('boris', '192.0.2.2');
    expect(await dataSource.query('select subject from login_attempts')).toEqual([{ subject: '192.0.2.1' }]);
  } finally {
    await another.rollbackTransaction();
    await another.release();
  }
});
