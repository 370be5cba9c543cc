import { PoisonMessageError, type PoisonedMessage, codeOf } from '../errors.js';
import { type IncomingMessage } from '../incoming-message.js';
import { type MessageContract } from '../message.js';
import { type Policy, withMessages } from './policy.js';

export interface ParseOptions {
  /** Hand a tombstone (a record without a value) over as null; otherwise it is poison. */
  readonly tombstones: boolean;
}

/** Bytes → JSON → message. Names all of a batch's bad messages at once, before the handler sees any of the others. */
export function parse<T>(
  contract: Pick<MessageContract<T>, 'parse'>,
  { tombstones }: ParseOptions,
): Policy<Buffer, T | null> {
  return (next) => async (batch) => {
    const parsed: IncomingMessage<T | null>[] = [];
    const bad: PoisonedMessage[] = [];
    for (const message of batch.messages) {
      if (message.raw === null && tombstones) {
        parsed.push(message.withValue(null));
        continue;
      }
      const result = parseOne(contract, message);
      if ('poison' in result) bad.push(result.poison);
      else parsed.push(message.withValue(result.value));
    }
    const [first, ...also] = bad;
    if (first !== undefined) throw new PoisonMessageError(first.offset, first.code, first.reason, { also });
    await next(withMessages(batch, parsed));
  };
}

function parseOne<T>(
  contract: Pick<MessageContract<T>, 'parse'>,
  message: IncomingMessage<Buffer>,
): { readonly value: T } | { readonly poison: PoisonedMessage } {
  const { offset, raw } = message;
  if (raw === null) return { poison: { offset, code: 'tombstone', reason: 'the record has no value' } };
  let json: unknown;
  try {
    json = JSON.parse(raw.toString('utf8'));
  } catch {
    // The parser's own message quotes the text, which may hold a phone number.
    return { poison: { offset, code: 'invalid_json', reason: 'the value is not JSON' } };
  }
  try {
    return { value: contract.parse(json) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'the value does not fit its contract';
    const code = codeOf(error) === 'contract_violation' ? 'contract_violation' : 'invalid_message';
    return { poison: { offset, code, reason } };
  }
}
