import { type ContractProblem, type RejectionCode } from '@perezvon/contracts';

/**
 * Why an event was not taken, for the person who has to change the sender. Messages and paths never hold values: those
 * may be phone numbers (design.md, property 7).
 */
export interface Rejection {
  readonly code: RejectionCode;
  /** One sentence: what is wrong and what to send instead. */
  readonly message: string;
  readonly errors: readonly ContractProblem[];
  /** Null where the event does not tell. */
  readonly accountId: string | null;
}

export function rejection(
  code: RejectionCode,
  message: string,
  details: { errors?: readonly ContractProblem[]; accountId?: string | null } = {},
): Rejection {
  return { code, message, errors: details.errors ?? [], accountId: details.accountId ?? null };
}

/** The tenant of something that did not parse, so that its operator can find the rejected event. */
export function accountIdOf(value: unknown): string | null {
  if (typeof value !== 'object' || value === null || !('account_id' in value)) return null;
  const id = value.account_id;
  return typeof id === 'string' && /^[A-Za-z0-9._-]{1,64}$/.test(id) ? id : null;
}
