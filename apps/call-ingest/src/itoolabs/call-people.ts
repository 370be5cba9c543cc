import { type PbxCallEvent } from '@perezvon/contracts';
import { bounded } from '../adapters/raw-values.js';
import { type Command } from './command-body.js';

export type Employee = NonNullable<PbxCallEvent['employee']>;

/** Whoever stands in `user`: a person, a department (`g_<uuid>`), or nobody (`pbx`: the switch itself) (§1.7). */
export interface Party {
  readonly employee: Employee | null;
  readonly group: NonNullable<PbxCallEvent['group']> | null;
}

/** A login may come as `login@tenant`: the same person as `login`. */
export function partyOf(command: Command): Party {
  const user = command.get('user')?.split('@', 1)[0] ?? '';
  const name = bounded(command.get('grouprealname') ?? null, 500);
  const groupId = /^g_/i.test(user) ? user : (command.get('group') ?? null);
  const group = groupId === null && name === null ? null : { id: bounded(groupId, 200), name };
  const isPerson = user !== '' && user.toLowerCase() !== 'pbx' && user !== groupId;
  if (!isPerson) return { employee: null, group };
  return {
    employee: {
      login: bounded(user, 200),
      ext: bounded(command.get('ext') ?? null, 50),
      phone: bounded(command.get('telnum') ?? null, 50),
    },
    group,
  };
}
