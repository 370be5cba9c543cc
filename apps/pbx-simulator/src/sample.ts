import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** How many of each kind stand in amoCRM for a scene's client; what lies inside an unaccepted unsorted record is not counted. */
const expectation = z.object({
  contacts: z.int().min(0),
  deals: z.int().min(0),
  notes: z.int().min(0),
  unsorted: z.int().min(0),
  tasks: z.int().min(0),
});

const delivery = z.object({
  /** Seconds after the scene's start. */
  afterSec: z.number().min(0),
  /** `kafka`: canonical event to the topic; `canonical`: the same, signed, by HTTP; the others are a vendor's own words. */
  door: z.enum(['kafka', 'canonical', 'uis-post', 'uis-get', 'itoolabs']),
  /** Which of the scene's calls; `{call}` in the body becomes its id, `{call:b}` that of call b. */
  call: z.string().regex(/^[a-z]$/),
  body: z.record(z.string(), z.unknown()),
});
export type SampleDelivery = z.infer<typeof delivery>;

const scene = z.object({
  id: z.string(),
  /** Numbers of reference/pbx-events.md §4.12. */
  fixtures: z.array(z.int()),
  title: z.string(),
  /** The client; null for scenes without a usable number. */
  phone: z
    .string()
    .regex(/^\+7\d{10}$/)
    .nullable(),
  /** The name on the card that amoCRM already has of this client; absent: the client is new. */
  known: z.string().optional(),
  /** The scene that tells the same in another dialect: the canonical events say the same about the call. */
  twin: z.string().optional(),
  /** IANA zone of the cabinet whose times have none; absent: Moscow. */
  timeZone: z.string().optional(),
  expect: expectation,
  /** The rule of rules.md that decides, for the table of `npm start -- --once`. */
  rule: z.string(),
  /** Why nothing is expected. */
  reason: z.string().optional(),
  deliveries: z.array(delivery).min(1),
});
export type Scene = z.infer<typeof scene>;

/**
 * The recorded calls. They are a JSON file and not a module, because npm start and the end-to-end tests read them too and
 * nobody imports an app.
 */
export function readSample(): readonly Scene[] {
  return readScenes('calls.json');
}

/** What a running sample cannot show in half a minute, or needs a cabinet of its own for: the tests play these too. */
export function readHistories(): readonly Scene[] {
  return readScenes('histories.json');
}

function readScenes(file: string): readonly Scene[] {
  const text = readFileSync(new URL(`../sample/${file}`, import.meta.url), 'utf8');
  return z.object({ scenes: z.array(scene) }).parse(JSON.parse(text)).scenes;
}
