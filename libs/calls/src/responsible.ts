import type { Reason } from '@perezvon/contracts';
import { because } from './reasons.js';
import type { Now } from './resolution.js';

/** R6, R12 at the moment of writing: a deactivated or deleted user never breaks a write. */
export interface Responsible {
  /** Null = the field is left out, and amoCRM takes the token's owner. */
  readonly responsibleUserId: number | null;
  readonly reasons: readonly Reason[];
}

/** The direction's default responsible, left out when deactivated. */
export function defaultResponsible(userId: number | null, now: Now): Responsible {
  if (userId === null || isActive(userId, now)) return { responsibleUserId: userId, reasons: [] };
  return { responsibleUserId: null, reasons: [because('default_responsible_inactive', { userId })] };
}

/** The user of an employee, else the default. */
export function employeeOrDefault(userId: number | null, defaultUserId: number | null, now: Now): Responsible {
  if (userId === null || userId === defaultUserId) return defaultResponsible(defaultUserId, now);
  if (isActive(userId, now)) return { responsibleUserId: userId, reasons: [] };
  return after(because('responsible_inactive', { userId }), defaultResponsible(defaultUserId, now));
}

/** The responsible of the client's card if active, else the default. */
export function ownerOrDefault(defaultUserId: number | null, now: Now): Responsible {
  const owner = now.card?.responsibleUserId ?? null;
  if (owner === null) return defaultResponsible(defaultUserId, now);
  if (isActive(owner, now)) return { responsibleUserId: owner, reasons: [] };
  return after(because('owner_inactive', { userId: owner }), defaultResponsible(defaultUserId, now));
}

const isActive = (userId: number, { portal }: Now) => portal.users.some((u) => u.id === userId && u.isActive);

const after = (reason: Reason, { responsibleUserId, reasons }: Responsible): Responsible => ({
  responsibleUserId,
  reasons: [reason, ...reasons],
});
