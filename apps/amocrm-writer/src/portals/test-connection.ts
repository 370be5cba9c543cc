import { NotAnAccountAddress, type ReadResult } from '@perezvon/amocrm';
import type { ConnectionTest } from '@perezvon/contracts';
import { NoCredentials, type LaneRequests } from '../lanes/lane-requests.js';
import type { Turn } from '../lanes/turn-context.js';
import { stopReasonOf } from './portal-stop.js';
import type { PortalRow } from './portal.js';

type Check = ConnectionTest['checks'][number];

/** Makes the test that an operator waits for and keeps what it found. */
export async function testConnection({ tools, requests }: Turn, portal: PortalRow): Promise<void> {
  await tools.portals.saveTest(portal, await askInTurn(requests.asProbe(), portal));
}

/**
 * Asks what the integration needs (R1), one by one; the first failure ends it. amoCRM does not tell its duplicate control:
 * it is known from the first deal that was merged, and until then nothing is said about it.
 */
async function askInTurn(requests: LaneRequests, portal: PortalRow): Promise<ConnectionTest> {
  const checks: Check[] = [];
  try {
    const account = await requests.send(portal, (client, options) => client.account(options));
    if (account.kind !== 'done') return { checks: failedAtOnce(account) };
    checks.push(ok('reachable'), ok('token'));
    const accountName = account.value.name;

    const users = await requests.send(portal, (client, options) => client.users(options));
    if (users.kind !== 'done') return { checks: [...checks, failed('administrator', reasonOf(users))], accountName };
    checks.push(ok('administrator'), ok('users'));

    const pipelines = await requests.send(portal, (client, options) => client.pipelines(options));
    if (pipelines.kind !== 'done')
      return { checks: [...checks, failed('pipelines', reasonOf(pipelines))], accountName };
    checks.push(ok('pipelines'));

    // An administrator can create the field where it is missing: that the fields can be read is what is asked.
    const fields = await requests.send(portal, (client, options) => client.customFields('leads', options));
    checks.push(fields.kind === 'done' ? ok('marker_field') : failed('marker_field', reasonOf(fields)));
    if (portal.mergedAt !== null) checks.push(warning('duplicate_control', 'duplicate_control_on'));

    const hooks = await requests.send(portal, (client, options) => client.webhooks(options));
    if (hooks.kind === 'done') checks.push(ok('webhooks'));
    else if (hooks.reason === 'forbidden') checks.push(warning('webhooks', 'webhooks_not_available'));
    else checks.push(failed('webhooks', reasonOf(hooks)));
    return { checks, accountName };
  } catch (error) {
    if (error instanceof NoCredentials) return { checks: [...checks, failed('token', 'no_credentials')] };
    if (error instanceof NotAnAccountAddress) return { checks: [...checks, failed('reachable', 'not_found')] };
    throw error;
  }
}

type NotDone = Exclude<ReadResult<unknown>, { kind: 'done' }>;

/** Whatever amoCRM answered, it was reached. */
function failedAtOnce(result: NotDone): Check[] {
  return result.status === undefined && result.kind === 'retry'
    ? [failed('reachable', reasonOf(result))]
    : [ok('reachable'), failed('token', reasonOf(result))];
}

function reasonOf(result: NotDone): string {
  if (result.kind === 'stop_portal') return stopReasonOf(result.reason);
  switch (result.reason) {
    case 'forbidden':
      return 'no_rights';
    case 'dns_failed':
      return 'dns';
    case 'tls_failed':
      return 'tls';
    case 'connect_timeout':
    case 'first_byte_timeout':
    case 'total_timeout':
      return 'timeout';
    default:
      return result.reason;
  }
}

const ok = (code: string): Check => ({ code, outcome: 'ok', reason: null });
const warning = (code: string, reason: string): Check => ({ code, outcome: 'warning', reason });
const failed = (code: string, reason: string): Check => ({ code, outcome: 'failed', reason });
