import { type z } from 'zod';
import { type ApiRequest, type CallOptions, type Requester } from './requester.js';
import { exchangeOf, type WriteResult } from './result.js';
import { settleWrite, whereItChanged } from './settle.js';

/** A write of one thing, not of a batch. */
export async function writeOne<T>(
  requester: Requester,
  request: ApiRequest,
  schema: z.ZodType<T>,
  options: CallOptions | undefined,
): Promise<WriteResult<T>> {
  const answer = await requester.request(request, options);
  if (!answer.ok) return settleWrite(answer.failure, []);
  const exchange = exchangeOf(answer);
  if (answer.empty) return settleWrite({ code: 'unexpected_empty', ...exchange }, []);
  const parsed = schema.safeParse(answer.value);
  if (!parsed.success) {
    return settleWrite({ code: 'answer_changed', detail: whereItChanged(parsed.error), ...exchange }, []);
  }
  return { kind: 'done', value: parsed.data, ...exchange };
}
