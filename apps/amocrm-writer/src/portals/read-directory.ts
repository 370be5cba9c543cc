import { parsePhone } from '@perezvon/phone';
import { ReadFailure, type LaneRequests } from '../lanes/lane-requests.js';
import { laneName } from '../lanes/lane-name.js';
import type { Directory, PortalRow } from './portal.js';

/** `another_account`: the address leads to another amoCRM account than the portal's lane (design.md, Life cycle). */
export type DirectoryRead =
  { readonly kind: 'read'; readonly directory: Directory } | { readonly kind: 'another_account' };

/**
 * Reads the account, pipelines and users of a portal: three requests.
 * @param origin canonical, of the portal's client
 * @throws ReadFailure
 */
export async function readDirectory(requests: LaneRequests, portal: PortalRow, origin: string): Promise<DirectoryRead> {
  const account = await requests.read(portal, (client, options) => client.account(options));
  if (portal.lane !== null && laneName(origin, account.id) !== portal.lane) return { kind: 'another_account' };
  const pipelines = await requests.read(portal, (client, options) => client.pipelines(options));
  return {
    kind: 'read',
    directory: {
      isUnsortedOn: account.is_unsorted_on,
      filtersEnabled: account.is_api_filter_enabled,
      taskTypes: account._embedded.task_types.map(({ id, name }) => ({ id, name })),
      pipelines: pipelines.map((pipeline) => ({
        id: pipeline.id,
        name: pipeline.name,
        sort: pipeline.sort,
        isMain: pipeline.is_main,
        isUnsortedOn: pipeline.is_unsorted_on,
        isArchive: pipeline.is_archive,
        statuses: pipeline._embedded.statuses.map(({ id, name, sort, type }) => ({ id, name, sort, type })),
      })),
      users: await readUsers(requests, portal),
    },
  };
}

/**
 * Users are for administrators only (amocrm-api.md §3.2). Without them nobody can be told to be active, so `resolve`
 * leaves every responsible out (R6); that the token is not an administrator's keeps the integration from being switched
 * on (R1).
 */
async function readUsers(requests: LaneRequests, portal: PortalRow): Promise<Directory['users']> {
  try {
    const users = await requests.read(portal, (client, options) => client.users(options));
    return users.map(({ id, name, email, phone_number, rights }) => ({
      id,
      name,
      email,
      phone: phone_number === null ? null : parsePhone(phone_number).e164,
      isActive: rights.is_active,
    }));
  } catch (error) {
    if (error instanceof ReadFailure && error.result.reason === 'forbidden') return [];
    throw error;
  }
}
