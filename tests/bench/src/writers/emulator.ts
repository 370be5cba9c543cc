import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export const TOKEN = 'bench-token';

/** One amoCRM account of the emulator. */
export interface EmulatedPortal {
  readonly id: string;
  readonly url: string;
  /** What is added to the ids of the first portal's directory. */
  readonly idOffset: number;
}

/** A request as the emulator saw it; times are this machine's. */
export interface SeenRequest {
  readonly seq: number;
  readonly atMs: number;
  readonly method: string;
  readonly path: string;
  readonly search: string;
  readonly items: number;
  readonly status: number | null;
}

export interface Report {
  readonly overLimitWindows: readonly unknown[];
  readonly blindResends: readonly unknown[];
  readonly outOfOrder: readonly unknown[];
  readonly duplicates: Readonly<Record<string, readonly unknown[]>>;
}

/** The emulator as a process of its own: it is the oracle, so it must not share a thread with what it judges. */
export class Emulator {
  private constructor(
    readonly portals: readonly EmulatedPortal[],
    private readonly stop: () => Promise<void>,
  ) {}

  static async start(portals: number): Promise<Emulator> {
    const script = new URL('../../../../apps/amocrm-emulator/dist/main.js', import.meta.url);
    const child = spawn(process.execPath, [fileURLToPath(script)], {
      env: {
        PATH: process.env['PATH'],
        AMOCRM_EMULATOR_TOKEN: TOKEN,
        AMOCRM_EMULATOR_PORT: '0',
        AMOCRM_EMULATOR_PORTALS: String(portals),
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    const found: EmulatedPortal[] = [];
    for await (const line of createInterface({ input: child.stdout })) {
      const said = JSON.parse(line) as { portal?: string; url?: string; level: string; msg: string };
      if (said.level === 'error') throw new Error(`the emulator did not start: ${said.msg}`);
      if (said.url === undefined || said.portal === undefined) continue;
      found.push({ id: said.portal, url: said.url, idOffset: found.length * 1_000_000 });
      if (found.length === portals) break;
    }
    child.stdout.resume();
    return new Emulator(found, async () => {
      child.kill('SIGTERM');
      await exited;
    });
  }

  end(): Promise<void> {
    return this.stop();
  }

  async control<T>({ url }: EmulatedPortal, method: string, path: string, body?: unknown): Promise<T> {
    const answer = await fetch(`${url}/_emulator${path}`, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path} of the emulator answered ${String(answer.status)}: ${text}`);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }

  async requests(portal: EmulatedPortal, afterSeq = 0): Promise<readonly SeenRequest[]> {
    const path = `/requests?afterSeq=${String(afterSeq)}`;
    return (await this.control<{ requests: readonly SeenRequest[] }>(portal, 'GET', path)).requests;
  }

  report(portal: EmulatedPortal): Promise<Report> {
    return this.control<Report>(portal, 'GET', '/report');
  }

  /** Empty of cards, with its directory and switches. */
  async empty(): Promise<void> {
    for (const portal of this.portals) await this.control(portal, 'POST', '/reset', { keepDirectory: true });
  }
}
