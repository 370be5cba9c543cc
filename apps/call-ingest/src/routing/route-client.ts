import { type Logger } from '@perezvon/service';
import { z } from 'zod';

/** Reference/pbx-events.md §4.10. */
export interface RouteQuestion {
  readonly account_id: string;
  readonly source: 'itoolabs';
  readonly source_instance: string | null;
  readonly call_id: string;
  readonly client_phone: string | null;
  readonly virtual_number: string | null;
}

const routeEmployee = z.object({
  login: z.string().nullish(),
  ext: z.string().nullish(),
  phone: z.string().nullish(),
});
export type RouteEmployee = z.infer<typeof routeEmployee>;

const routeAnswer = z.object({
  decision: z.enum(['connect', 'fallback']),
  employee: routeEmployee.nullish(),
  default_employee: routeEmployee.nullish(),
  contact: z.object({ name: z.string().nullish() }).nullish(),
});
export type RouteAnswer = z.infer<typeof routeAnswer>;

/** What the caller may be kept waiting for us; a production handler stops at 1.2 s in all (§1.4, §4.10). */
export const ROUTE_WITHIN_MS = 1_000;

/** Asks decision-engine who should take a call. An answer that does not come in time, or at all, is null: never an error. */
export class RouteClient {
  constructor(
    private readonly engineUrl: string,
    private readonly internalKey: string,
    private readonly logger: Logger,
  ) {}

  async ask(question: RouteQuestion): Promise<RouteAnswer | null> {
    try {
      const response = await fetch(new URL('/v1/route', this.engineUrl), {
        method: 'POST',
        headers: { 'authorization': `Bearer ${this.internalKey}`, 'content-type': 'application/json' },
        body: JSON.stringify(question),
        signal: AbortSignal.timeout(ROUTE_WITHIN_MS),
      });
      if (response.ok) return routeAnswer.parse(await response.json());
      await response.body?.cancel();
      throw new Error(`decision-engine answered ${response.status}`);
    } catch (error) {
      this.logger.warn(
        { err: error, accountId: question.account_id, callId: question.call_id },
        'no route for a call in time: the PBX follows its own plan',
      );
      return null;
    }
  }
}
