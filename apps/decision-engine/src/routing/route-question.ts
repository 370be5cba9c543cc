import { pbxCallEventSchema, type CallClient, type CallDirection, type CallEvent } from '@perezvon/contracts';
import { parsePhone } from '@perezvon/phone';
import { z } from 'zod';

/** Who is on the line, and on which account's PBX. */
export interface RouteQuestion {
  readonly accountId: string;
  readonly source: CallEvent['source'];
  /** Which of the account's cabinets of that kind asks; null: the one that it has, or it did not say. */
  readonly sourceInstance: string | null;
  /** Null: nothing ties a second question to this one, and each is answered anew. */
  readonly pbxCallId: string | null;
  readonly direction: CallDirection;
  readonly client: CallClient;
}

const { account_id, source, source_instance, call_id, direction } = pbxCallEventSchema.shape;

/** Body of `POST /v1/route` (reference/pbx-events.md §4.10); what it holds beside this is not looked at. */
const body = z.object({
  account_id,
  source,
  source_instance,
  call_id: call_id.nullish(),
  /** As the PBX wrote it: hidden numbers come empty or as a word. */
  client_phone: z.string().nullish(),
  direction: direction.nullish(),
});

/** Null: no question that anybody could answer. */
export function questionIn(given: unknown): RouteQuestion | null {
  const read = body.safeParse(given);
  if (!read.success) return null;
  const { data } = read;
  return {
    accountId: data.account_id,
    source: data.source,
    sourceInstance: data.source_instance ?? null,
    pbxCallId: data.call_id ?? null,
    direction: data.direction ?? 'in',
    client: clientOf(data.client_phone),
  };
}

/** Whoever calls, as call-ingest reads the same text from an event. */
export function clientOf(phone: string | null | undefined): CallClient {
  const { raw, e164, kind } = parsePhone(phone);
  return { raw: raw.slice(0, 200), e164, kind };
}
