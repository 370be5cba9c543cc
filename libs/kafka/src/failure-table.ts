/**
 * What Kafka's error types mean for us; anything that is not listed is transient: try again.
 * https://kafka.apache.org/protocol#protocol_error_codes
 */
export type FailureDisposition =
  /** The broker no longer takes us for a member of this generation: what we hold may belong to another. */
  | 'fenced'
  /** The broker refuses these records and always will. */
  | 'refused'
  /** The records are fine, their batch is too long: send it in parts. */
  | 'too_large'
  | 'transient';

const dispositionOfType: Readonly<Record<string, FailureDisposition>> = {
  ILLEGAL_GENERATION: 'fenced',
  UNKNOWN_MEMBER_ID: 'fenced',
  REBALANCE_IN_PROGRESS: 'fenced',
  FENCED_INSTANCE_ID: 'fenced',
  MESSAGE_TOO_LARGE: 'too_large',
  RECORD_LIST_TOO_LARGE: 'too_large',
  INVALID_TOPIC_EXCEPTION: 'refused',
  TOPIC_AUTHORIZATION_FAILED: 'refused',
  CLUSTER_AUTHORIZATION_FAILED: 'refused',
  INVALID_RECORD: 'refused',
  INVALID_TIMESTAMP: 'refused',
  POLICY_VIOLATION: 'refused',
  UNSUPPORTED_FOR_MESSAGE_FORMAT: 'refused',
};

export function dispositionOf(error: unknown): FailureDisposition {
  const type = protocolErrorType(error);
  return type === undefined ? 'transient' : (dispositionOfType[type] ?? 'transient');
}

/** Kafka's error type: kafkajs wraps it as the cause of its own errors, several deep. */
export function protocolErrorType(error: unknown): string | undefined {
  for (let current = error, depth = 0; current instanceof Error && depth < 10; current = current.cause, depth++) {
    if ('type' in current && typeof current.type === 'string') return current.type;
  }
  return undefined;
}
