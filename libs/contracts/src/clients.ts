import { z } from 'zod';
import { defineMessage } from './message.js';
import { crmId, e164, utcInstant } from './primitives.js';

/** A contact or company of the portal whose PHONE field really holds the number (rules.md R5, verified). */
export const clientCard = z.object({
  type: z.enum(['contact', 'company']),
  id: crmId,
  name: z.string().nullish(),
  responsibleUserId: crmId.nullable(),
  updatedAt: z.int().describe("Unix seconds, amoCRM's clock"),
  /** Newest `updated_at` (Unix seconds) among the card's active deals of any pipeline; null = no active deal. */
  activeDealUpdatedAt: z.int().nullable(),
});
export type ClientCard = z.infer<typeof clientCard>;

export const clientSchema = z.object({
  lane: z.string().max(100),
  phone: e164,
  /** Every card that has the phone, in any order; empty = the client is unknown to amoCRM. */
  cards: z.array(clientCard).max(250),
  /** When amoCRM was asked, by the writer's clock. */
  asOf: utcInstant,
  origin: z.enum(['lookup', 'mirror', 'own_write']),
});
export type Client = z.infer<typeof clientSchema>;

export const clients = defineMessage({
  topic: 'crm.clients.v1',
  title: 'Who has a phone number in amoCRM',
  description: 'All cards of one lane that hold one phone number, as last seen. Published by amocrm-writer.',
  schema: clientSchema,
  retention: { kind: 'compacted' },
  key: (client) => `${client.lane}|${client.phone}`,
});
