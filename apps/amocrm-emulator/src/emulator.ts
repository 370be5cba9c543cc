import { SystemClock, type Clock } from './clock.js';
import { ControlServer } from './control/control-server.js';
import { reportOn, type InvariantReport } from './report/report.js';
import { type LogEntry } from './control/request-log.js';
import { stableState } from './control/stable-state.js';
import { fullState } from './control/state.js';
import { FaultBook } from './faults/fault-book.js';
import { NO_CONTENT } from './http/answer.js';
import { ProductServer } from './http/product-server.js';
import { send } from './http/send.js';
import { type RequestTimes } from './limits/rate-limiter.js';
import { answerConsent } from './oauth/consent.js';
import { Integrations, type NewIntegration } from './oauth/integration.js';
import { OutgoingCalls } from './outgoing-calls.js';
import { PortalListeners } from './portal-listeners.js';
import { sendPage } from './page/page.js';
import { Portal } from './portal.js';
import { type PortalSettings } from './settings.js';

export interface EmulatorOptions {
  /** Port of the first portal, further ones follow it; 0 takes free ones. Default 0. */
  readonly port?: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** The long-lived token that every portal accepts (§1.4). */
  readonly token: string;
  /** How many portals; default 1. Ids are `demo`, `demo-2`, … */
  readonly portals?: number;
  /** For dice of faults and made-up uids; the same seed tells the same story. Default 1. */
  readonly seed?: number;
  readonly clock?: Clock;
  /** What portals can connect over OAuth from the start. */
  readonly integrations?: readonly NewIntegration[];
  /** Switches that differ from §12.1's defaults, for every portal, also after a reset. */
  readonly settings?: Partial<PortalSettings>;
  /** How many requests the log of each portal keeps. Default 200 000. */
  readonly logCapacity?: number;
}

export interface EmulatedPortal {
  readonly id: string;
  readonly url: string;
  readonly accountId: number;
  readonly token: string;
}

/** What a spec in the same process does without HTTP; the same as the control API at `/_emulator`. */
export interface EmulatorControl {
  readonly faults: FaultBook;
  portal(id?: string): Portal;
  state(portalId?: string): ReturnType<typeof fullState>;
  stableState(portalId?: string): ReturnType<typeof stableState>;
  report(portalId?: string): InvariantReport;
  requests(portalId?: string): readonly LogEntry[];
  reset(): void;
}

export interface RunningEmulator {
  /** Address of the first portal, such as `http://127.0.0.1:3010`. */
  readonly url: string;
  readonly portals: readonly EmulatedPortal[];
  readonly control: EmulatorControl;
  /** Closes every connection; held and delayed answers are dropped with them. */
  stop(): Promise<void>;
}

const DEFAULT_LOG_CAPACITY = 200_000;

/** Starts the stand-in: one HTTP server per portal in this process. Rejects when a port cannot be had. */
export async function startEmulator(options: EmulatorOptions): Promise<RunningEmulator> {
  const { port = 0, host = '127.0.0.1', token, seed = 1, clock = new SystemClock() } = options;
  const faults = new FaultBook(seed);
  const integrations = new Integrations(options.integrations ?? []);
  const calls = new OutgoingCalls(clock);
  const requestsByIp: RequestTimes = new Map();
  const portals = Array.from({ length: options.portals ?? 1 }, (_, index) => {
    const id = index === 0 ? 'demo' : `demo-${index + 1}`;
    const portalOptions = {
      id,
      index,
      subdomain: id,
      name: index === 0 ? 'Демо-портал' : `Демо-портал ${index + 1}`,
      token,
      seed,
      settings: options.settings ?? {},
      logCapacity: options.logCapacity ?? DEFAULT_LOG_CAPACITY,
    };
    return new Portal(portalOptions, { clock, calls, faults, requestsByIp });
  });
  const addresses = portals.map((portal) => ({
    portal,
    get url() {
      return `http://${portal.host}`;
    },
  }));

  const platform = { portals, integrations };
  const products = new Map(portals.map((portal) => [portal, new ProductServer(portal, faults, clock, platform)]));
  const listeners: PortalListeners = new PortalListeners(host, (req, res, { portal, isFormer }) => {
    const { path, search } = splitUrl(req.url ?? '/');
    if (path.startsWith('/_emulator/')) control.handle(req, res, portal, path, search);
    else if (path === '/oauth') answerConsent(req, res, search, portals, integrations);
    else if (path === '/health/live') {
      send(res, { status: 200, contentType: 'application/json', body: { status: 'ok' } });
    } else if (path === '/favicon.ico') send(res, NO_CONTENT);
    else if (!sendPage(res, path, portal)) products.get(portal)?.handle(req, res, path, search, isFormer);
  });
  const control = new ControlServer({ portals: addresses, faults, clock, integrations, listeners, calls });
  const stop = async () => {
    for (const portal of portals) portal.webhooks.close();
    await Promise.all([listeners.close(), calls.close()]);
  };
  try {
    for (const [index, portal] of portals.entries()) await listeners.open(portal, port === 0 ? 0 : port + index);
  } catch (error) {
    await stop();
    throw error;
  }

  return {
    url: addresses[0]?.url ?? '',
    portals: addresses.map(({ portal, url }) => ({ id: portal.id, url, accountId: portal.store.accountId, token })),
    control: controlOf(portals, faults),
    stop,
  };
}

function splitUrl(url: string): { path: string; search: string } {
  const at = url.indexOf('?');
  return at === -1 ? { path: url, search: '' } : { path: url.slice(0, at), search: url.slice(at) };
}

function controlOf(portals: readonly Portal[], faults: FaultBook): EmulatorControl {
  const portal = (id?: string): Portal => {
    const found = id === undefined ? portals[0] : portals.find((candidate) => candidate.id === id);
    if (found === undefined) throw new Error(`there is no portal ${id}`);
    return found;
  };
  return {
    faults,
    portal,
    state: (id) => fullState(portal(id)),
    stableState: (id) => stableState(portal(id), { withTimes: false }),
    report: (id) => reportOn(portal(id)),
    requests: (id) => portal(id).log.all(),
    reset: () => {
      for (const each of portals) each.reset();
      faults.remove();
    },
  };
}
