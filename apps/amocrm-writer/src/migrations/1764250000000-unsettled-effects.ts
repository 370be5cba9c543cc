import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The index of an account's unsettled effects, said so that Postgres takes it only for who asks in the same words. By the
 * list of states it could stand in for the narrower indexes of the lanes' questions; while nothing waits all of them look
 * alike, and a plan made then goes through whatever waits in all accounts later.
 */
export class UnsettledEffects1764250000000 implements MigrationInterface {
  name = 'UnsettledEffects1764250000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`drop index effect_unsettled`);
    await runner.query(
      `create index effect_unsettled on effect (account_id, seq)
        where array[state] && '{waiting,sending,in_doubt,parked}'::text[]`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop index effect_unsettled`);
    await runner.query(
      `create index effect_unsettled on effect (account_id, seq)
        where state in ('waiting', 'sending', 'in_doubt', 'parked')`,
    );
  }
}
