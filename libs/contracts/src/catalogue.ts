import { callStates } from './call-states.js';
import { calls } from './calls.js';
import { clients } from './clients.js';
import { commands } from './commands.js';
import { decisions } from './decisions.js';
import type { Message, Retention } from './message.js';
import { pbxCallEvents } from './pbx-call-events.js';
import { portals } from './portals.js';
import { rejectedCallEvents } from './rejected-call-events.js';
import { results } from './results.js';
import { routes } from './routes.js';
import { settings } from './settings.js';

/** Every message of the product, in the order in which a call passes them. */
export const catalogue = [
  pbxCallEvents,
  rejectedCallEvents,
  calls,
  routes,
  callStates,
  decisions,
  commands,
  results,
  settings,
  clients,
  portals,
] as const;

export interface TopicSettings {
  readonly topic: string;
  readonly partitions: number;
  readonly compacted: boolean;
  /** Absent for compacted topics. */
  readonly retentionMs?: number;
}

/** How a service creates a topic it reads or writes, if it is not there (design.md, Topics: retention is ordered). */
const DEFAULT_PARTITIONS = 6;

export function topicSettings(
  message: Pick<Message<never>, 'topic' | 'retention'>,
  partitions = DEFAULT_PARTITIONS,
): TopicSettings {
  return { topic: message.topic, partitions, ...settingsOf(message.retention) };
}

function settingsOf(retention: Retention): Pick<TopicSettings, 'compacted' | 'retentionMs'> {
  return retention.kind === 'compacted'
    ? { compacted: true }
    : { compacted: false, retentionMs: retention.days * 24 * 60 * 60 * 1000 };
}
