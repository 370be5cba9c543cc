import { NO_CONTENT, ok, type Answer } from '../http/answer.js';
import { changeSettings } from '../settings.js';
import { LOST, OWN_CARDS, WON, type Pipeline, type Status, type User } from '../store/model.js';
import { freshPipeline } from '../store/seed.js';
import {
  badRequest,
  bodyBoolean,
  bodyInteger,
  bodyObject,
  bodyText,
  chosenPortal,
  notFound,
  type ControlExchange,
} from './control-exchange.js';

/** `PATCH /_emulator/settings`: the switches of §12.1. */
export function editSettings(x: ControlExchange): Answer {
  const { settings } = chosenPortal(x);
  const wrong = changeSettings(settings, bodyObject(x));
  if (wrong.length > 0) throw badRequest(wrong.join('; '));
  return ok(settings);
}

/**
 * `POST /_emulator/portal/users` `{ id, isActive?, isAdmin?, isFree?, roleId? }`: what an administrator does to a
 * colleague's access; a role brings its rights.
 */
export function editUser(x: ControlExchange): Answer {
  const { directory } = chosenPortal(x).store;
  const id = bodyInteger(x, 'id');
  const user = directory.users.find((candidate) => candidate.id === id);
  if (user === undefined) throw notFound(`user ${id}`);
  const said = bodyObject(x);
  const flag = (name: string, before: boolean) => (said[name] === undefined ? before : bodyBoolean(x, name));
  const roleId = said['roleId'] === undefined ? user.role_id : bodyInteger(x, 'roleId');
  const role = directory.roles.find((candidate) => candidate.id === roleId);
  if (roleId !== null && role === undefined) throw notFound(`role ${roleId}`);
  const edited = {
    ...user,
    is_active: flag('isActive', user.is_active),
    is_admin: flag('isAdmin', user.is_admin),
    is_free: flag('isFree', user.is_free),
    role_id: roleId,
    rights: role?.rights ?? user.rights,
  };
  directory.users = directory.users.map((other) => (other.id === id ? edited : other));
  return NO_CONTENT;
}

/** `POST /_emulator/portal/users/add` `{ name }`: an active colleague with an ordinary user's rights. */
export function addUser(x: ControlExchange): Answer {
  const { directory } = chosenPortal(x).store;
  const id = nextId(directory.users);
  const added: User = {
    id,
    name: bodyText(x, 'name'),
    email: `user-${id}@demo.example`,
    phone_number: '',
    is_admin: false,
    is_free: false,
    is_active: true,
    group_id: 0,
    role_id: null,
    rights: OWN_CARDS,
  };
  directory.users = [...directory.users, added];
  return ok({ id });
}

/** `POST /_emulator/portal/pipelines/add` `{ name }`: with «Неразобранное», one stage and the two closed ones. */
export function addPipeline(x: ControlExchange): Answer {
  const { directory } = chosenPortal(x).store;
  const added = freshPipeline(nextId(directory.pipelines), bodyText(x, 'name'), false, ['Первичный контакт']);
  directory.pipelines = [...directory.pipelines, added];
  return ok({ id: added.id });
}

/** `POST /_emulator/portal/stages/add` `{ pipelineId, name }`: after the stages that are there, before the closed ones. */
export function addStage(x: ControlExchange): Answer {
  const pipeline = pipelineOf(x);
  const name = bodyText(x, 'name');
  const open = pipeline.statuses.filter((status) => status.id !== WON && status.id !== LOST);
  const all = chosenPortal(x).store.directory.pipelines.flatMap(({ statuses }) => statuses);
  const added: Status = {
    id: nextId(all),
    name,
    sort: Math.max(0, ...open.map((status) => status.sort)) + 10,
    is_editable: true,
    color: '#99ccff',
    type: 0,
  };
  const statuses = [...open, added, ...pipeline.statuses.filter((status) => !open.includes(status))];
  replacePipeline(x, { ...pipeline, statuses });
  return ok({ id: added.id });
}

/** `POST /_emulator/portal/stages/rename` `{ pipelineId, statusId, name }`. */
export function renameStage(x: ControlExchange): Answer {
  const pipeline = pipelineOf(x);
  const [statusId, name] = [bodyInteger(x, 'statusId'), bodyText(x, 'name')];
  if (!pipeline.statuses.some((status) => status.id === statusId)) throw notFound(`stage ${statusId}`);
  const statuses = pipeline.statuses.map((status) => (status.id === statusId ? { ...status, name } : status));
  replacePipeline(x, { ...pipeline, statuses });
  return NO_CONTENT;
}

/** `POST /_emulator/portal/stages/delete` `{ pipelineId, statusId }`: its leads move to the first stage (§3.3). */
export function deleteStage(x: ControlExchange): Answer {
  const { store } = chosenPortal(x);
  const pipeline = pipelineOf(x);
  const statusId = bodyInteger(x, 'statusId');
  const status = pipeline.statuses.find((candidate) => candidate.id === statusId);
  if (status === undefined) throw notFound(`stage ${statusId}`);
  const isFixed = status.type === 1 || status.id === WON || status.id === LOST;
  const isLast = pipeline.statuses.filter((s) => s.type === 0 && s.id !== WON && s.id !== LOST).length === 1;
  if (isFixed || isLast) throw badRequest('this stage cannot be deleted');
  const left = { ...pipeline, statuses: pipeline.statuses.filter((other) => other.id !== statusId) };
  replacePipeline(x, left);
  const first = store.firstWorkingStatus(left).id;
  for (const lead of [...store.leads.values()]) {
    if (lead.pipeline_id === left.id && lead.status_id === statusId) store.putLead({ ...lead, status_id: first });
  }
  return NO_CONTENT;
}

/** `POST /_emulator/portal/pipelines/delete` `{ pipelineId }`: not with leads in it, never the last one (§3.3). */
export function deletePipeline(x: ControlExchange): Answer {
  const { store } = chosenPortal(x);
  const pipeline = pipelineOf(x);
  const holdsLeads = [...store.leads.values()].some((lead) => lead.pipeline_id === pipeline.id && !lead.is_deleted);
  if (holdsLeads || store.directory.pipelines.length === 1) throw badRequest('this pipeline cannot be deleted');
  const left = store.directory.pipelines.filter((other) => other.id !== pipeline.id);
  store.directory.pipelines = left.map((other, index) =>
    pipeline.is_main && index === 0 ? { ...other, is_main: true } : other,
  );
  return NO_CONTENT;
}

/** `POST /_emulator/portal/unsorted` `{ pipelineId, isOn }`: «Неразобранное» of one pipeline. */
export function switchUnsorted(x: ControlExchange): Answer {
  replacePipeline(x, { ...pipelineOf(x), is_unsorted_on: bodyBoolean(x, 'isOn') });
  return NO_CONTENT;
}

/** `POST /_emulator/portal/tokens` `{ id, secret, userId, integrationId }`. */
export function addToken(x: ControlExchange): Answer {
  const portal = chosenPortal(x);
  const userId = bodyInteger(x, 'userId');
  if (portal.store.user(userId) === undefined) throw notFound(`user ${userId}`);
  const [id, secret, integrationId] = [bodyText(x, 'id'), bodyText(x, 'secret'), bodyText(x, 'integrationId')];
  portal.addToken({ id, secret, userId, integrationId });
  return ok({ tokens: portal.tokens.ids() });
}

/** `POST /_emulator/portal/tokens/revoke` `{ id }`: from now on 401. */
export function revokeToken(x: ControlExchange): Answer {
  const id = bodyText(x, 'id');
  if (!chosenPortal(x).tokens.revoke(id)) throw notFound(`token ${id}`);
  return NO_CONTENT;
}

/** `GET /_emulator/webhooks`: who listens, and what became of the newest hooks. */
export function listWebhooks(x: ControlExchange): Answer {
  const { webhooks } = chosenPortal(x);
  return ok({ subscriptions: webhooks.subscriptions(), deliveries: webhooks.deliveries() });
}

/** `POST /_emulator/webhooks/enable` `{ destination }`: by hand, after the vendor has disabled it (§9.3). */
export function enableWebhook(x: ControlExchange): Answer {
  const destination = bodyText(x, 'destination');
  if (!chosenPortal(x).webhooks.enable(destination)) throw notFound(`webhook ${destination}`);
  return NO_CONTENT;
}

function pipelineOf(x: ControlExchange): Pipeline {
  const id = bodyInteger(x, 'pipelineId');
  const pipeline = chosenPortal(x).store.pipeline(id);
  if (pipeline === undefined) throw notFound(`pipeline ${id}`);
  return pipeline;
}

function replacePipeline(x: ControlExchange, pipeline: Pipeline): void {
  const { directory } = chosenPortal(x).store;
  directory.pipelines = directory.pipelines.map((other) => (other.id === pipeline.id ? pipeline : other));
}

/** An id that is not taken yet; the closed stages' ids are small, so that they do not matter. */
function nextId(taken: readonly { readonly id: number }[]): number {
  return Math.max(...taken.map(({ id }) => id)) + 1;
}
