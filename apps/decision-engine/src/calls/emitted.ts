import type { Advance } from '@perezvon/calls';
import { callStates, commands, decisions, type Message } from '@perezvon/contracts';
import type { OutboxRecord } from '@perezvon/postgres';

export const owed = <T>(message: Message<T>, value: T): OutboxRecord => ({
  topic: message.topic,
  key: message.key(value),
  value: JSON.stringify(value),
});

/** The decision first: whoever reads both topics finds the reason before its consequence. */
export function emittedBy({ decision, stateChange, commands: wanted }: Advance): OutboxRecord[] {
  return [
    ...(decision ? [owed(decisions, decision)] : []),
    ...(stateChange ? [owed(callStates, stateChange)] : []),
    ...wanted.map((command) => owed(commands, command)),
  ];
}
