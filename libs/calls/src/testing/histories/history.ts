import type { CallEvent, ClientLookup } from '@perezvon/contracts';
import { CLIENT, type settingsWith } from '../given.js';

/** One recorded call (or a few that belong together) with the settings under which it was decided. */
export interface History {
  /** File name in libs/calls/golden. */
  readonly name: string;
  readonly title: string;
  /** Number in reference/pbx-events.md §4.12. */
  readonly fixture?: number;
  readonly settings: Parameters<typeof settingsWith>[0];
  readonly client?: ClientLookup | null;
  /** The directory cannot tell: amoCRM is asked (R5). */
  readonly isAsked?: boolean;
  readonly switchedOffAt?: string;
  readonly events: readonly CallEvent[];
}

const card = (type: 'contact' | 'company', id: number, more: Partial<ClientLookup['candidates'][number]> = {}) => ({
  type,
  id,
  responsibleUserId: 502,
  updatedAt: 1_741_000_000,
  activeDealUpdatedAt: null,
  ...more,
});

const found = (...candidates: ClientLookup['candidates']): ClientLookup => ({
  known: true,
  origin: 'directory',
  asOf: '2025-03-04T09:00:00.000Z',
  candidates,
  chosen: candidates[0] ? { type: candidates[0].type, id: candidates[0].id } : null,
});

export const KNOWN = found(card('contact', 77));
export const KNOWN_COMPANY = found(card('company', 88));
export const KNOWN_TWICE = found(card('contact', 77, { activeDealUpdatedAt: 1_741_050_000 }), card('contact', 70));

export const clientsOf = ({ client }: History): Readonly<Record<string, ClientLookup>> =>
  client ? { [CLIENT]: client } : {};
