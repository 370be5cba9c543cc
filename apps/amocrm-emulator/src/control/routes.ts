import { VirtualClock } from '../clock.js';
import { NO_CONTENT, ok, problem, Refusal, type Answer } from '../http/answer.js';
import { queryText } from '../http/query.js';
import { type Route } from '../http/router.js';
import { actByHand, receiveClaim } from './by-hand.js';
import { badRequest, bodyInteger, bodyObject, chosenPortal, type ControlExchange } from './control-exchange.js';
import * as cards from './card-edits.js';
import { catalogue } from './catalogue.js';
import * as oauth from './oauth-edits.js';
import { pageData } from './page-data.js';
import * as pipelines from './pipeline-edits.js';
import * as edits from './portal-edits.js';
import { listPortals } from './portals.js';
import { findingsOf } from '../report/findings.js';
import { reportOn } from '../report/report.js';
import { stableState } from './stable-state.js';
import { counts, fullState } from './state.js';

/** What tests and the page do to the emulator; `?portal=id` chooses a portal other than the port's own. */
export const CONTROL_ROUTES: readonly Route<ControlExchange, Answer | Promise<Answer>>[] = [
  ['GET', '/_emulator/portals', (x) => ok({ portals: listPortals(x) })],
  ['GET', '/_emulator/page-data', (x) => ok(pageData(x))],
  ['GET', '/_emulator/catalogue', () => ok(catalogue())],
  ['GET', '/_emulator/state', showState],
  ['GET', '/_emulator/counts', (x) => ok(counts(chosenPortal(x)))],
  ['GET', '/_emulator/requests', listRequests],
  ['GET', '/_emulator/report', showReport],

  ['POST', '/_emulator/reset', reset],
  ['POST', '/_emulator/snapshots', (x) => ok({ id: chosenPortal(x).takeSnapshot() })],
  ['POST', '/_emulator/snapshots/{snapshot}/restore', restore],
  ['POST', '/_emulator/clock/advance', advanceClock],

  ['GET', '/_emulator/faults', (x) => ok({ seed: x.faults.seed, faults: x.faults.list() })],
  ['POST', '/_emulator/faults', addFault],
  ['DELETE', '/_emulator/faults', (x) => removeFaults(x)],
  ['DELETE', '/_emulator/faults/{fault}', (x) => removeFaults(x, x.params['fault'])],
  ['POST', '/_emulator/block', (x) => (chosenPortal(x).limiter.block(), NO_CONTENT)],
  ['POST', '/_emulator/unblock', (x) => (chosenPortal(x).limiter.unblock(), NO_CONTENT)],

  ['GET', '/_emulator/settings', (x) => ok(chosenPortal(x).settings)],
  ['PATCH', '/_emulator/settings', edits.editSettings],
  ['POST', '/_emulator/portal/users', edits.editUser],
  ['POST', '/_emulator/portal/users/add', edits.addUser],
  ['POST', '/_emulator/portal/stages/add', pipelines.addStage],
  ['POST', '/_emulator/portal/stages/rename', pipelines.renameStage],
  ['POST', '/_emulator/portal/stages/delete', pipelines.deleteStage],
  ['POST', '/_emulator/portal/pipelines/add', pipelines.addPipeline],
  ['POST', '/_emulator/portal/pipelines/delete', pipelines.deletePipeline],
  ['POST', '/_emulator/portal/unsorted', pipelines.switchUnsorted],
  ['POST', '/_emulator/by-hand', actByHand],
  ['POST', '/_emulator/portal/claims', receiveClaim],
  ['POST', '/_emulator/portal/cards/merge', cards.mergeTwoCards],
  ['POST', '/_emulator/portal/cards/delete', cards.deleteCard],
  ['POST', '/_emulator/portal/cards/restore', cards.restoreCard],
  ['POST', '/_emulator/portal/tokens', edits.addToken],
  ['POST', '/_emulator/portal/tokens/revoke', edits.revokeToken],
  ['POST', '/_emulator/portal/tokens/expire', edits.expireTokens],
  ['GET', '/_emulator/webhooks', edits.listWebhooks],
  ['POST', '/_emulator/webhooks/enable', edits.enableWebhook],
  ['POST', '/_emulator/portal/rename', oauth.renamePortal],
  ['GET', '/_emulator/oauth/integrations', oauth.listIntegrations],
  ['POST', '/_emulator/oauth/integrations', oauth.registerIntegration],
  ['POST', '/_emulator/oauth/install', oauth.install],
  ['POST', '/_emulator/oauth/disconnect', oauth.disconnect],
];

function showState(x: ControlExchange): Answer {
  const portal = chosenPortal(x);
  if (queryText(x.query, 'view') !== 'stable') return ok(fullState(portal));
  return ok(stableState(portal, { withTimes: queryText(x.query, 'times') === 'given' }));
}

/** The report, and the same in words for people. */
function showReport(x: ControlExchange): Answer {
  const report = reportOn(chosenPortal(x));
  return ok({ ...report, findings: findingsOf(report) });
}

/** `?afterSeq=` for followers, `?limit=` for the newest so many. */
function listRequests(x: ControlExchange): Answer {
  const { log } = chosenPortal(x);
  const afterSeq = Number(queryText(x.query, 'afterSeq') ?? 0);
  const limit = Number(queryText(x.query, 'limit') ?? Infinity);
  const requests = log.all().filter((entry) => entry.seq > afterSeq);
  return ok({ requests: limit < requests.length ? requests.slice(-limit) : requests, dropped: log.dropped });
}

/** The whole portal as on its first day; `{ "keepDirectory": true }` only empties it. Faults go in both cases. */
function reset(x: ControlExchange): Answer {
  const { keepDirectory = false } = bodyObject(x);
  if (keepDirectory === true) chosenPortal(x).clearCards();
  else chosenPortal(x).reset();
  x.faults.remove();
  return NO_CONTENT;
}

function restore(x: ControlExchange): Answer {
  const id = x.params['snapshot'] ?? '';
  if (!chosenPortal(x).restoreSnapshot(id)) throw new Refusal(problem(404, `There is no snapshot ${id}`));
  return NO_CONTENT;
}

function advanceClock(x: ControlExchange): Answer {
  if (!(x.clock instanceof VirtualClock)) throw badRequest('this emulator runs on real time');
  x.clock.advance(bodyInteger(x, 'ms'));
  return ok({ nowMs: x.clock.nowMs() });
}

function addFault(x: ControlExchange): Answer {
  const added = x.faults.add(x.body);
  if ('problem' in added) throw badRequest(added.problem);
  return ok(added.rule);
}

function removeFaults(x: ControlExchange, id?: string): Answer {
  x.faults.remove(id);
  return NO_CONTENT;
}
