import { type Clock } from '../clock.js';
import { type FaultBook } from '../faults/fault-book.js';
import { type CallResult, type OutgoingCalls } from '../outgoing-calls.js';
import { type PortalSettings } from '../settings.js';
import { encodeForm } from './form-encoding.js';
import { type Hook } from './hook.js';

export const MAX_SUBSCRIPTIONS = 100;

export interface Subscription {
  readonly id: number;
  readonly destination: string;
  readonly created_at: number;
  readonly updated_at: number;
  readonly created_by: number;
  readonly sort: number;
  readonly disabled: boolean;
  readonly settings: readonly string[];
}

/** One hook on its way to one subscriber, as `GET /_emulator/webhooks` shows it. Times are the emulator's. */
export interface Delivery {
  readonly id: number;
  readonly destination: string;
  readonly name: string;
  readonly body: string;
  readonly attempts: { readonly atMs: number; readonly result: CallResult }[];
  state: 'under_way' | 'delivered' | 'given_up' | 'dropped';
}

const DEADLINE_MS = 2000;
const MINUTE_MS = 60_000;

/** When an invalid answer is followed by another attempt (§9.3): a lasting 4xx stops after the third. */
const RETRIES: readonly { readonly afterMs: number; readonly isWorth: (code: number) => boolean }[] = [
  { afterMs: 5 * MINUTE_MS, isWorth: isInvalid },
  { afterMs: 15 * MINUTE_MS, isWorth: isInvalid },
  { afterMs: 15 * MINUTE_MS, isWorth: isServerSide },
  { afterMs: 60 * MINUTE_MS, isWorth: isServerSide },
];

const DISABLED_AFTER_INVALID = 100;
const INVALID_WINDOW_MS = 2 * 60 * MINUTE_MS;
const KEPT_DELIVERIES = 1000;

export interface WebhookContext {
  readonly portalId: string;
  readonly account: () => { readonly id: number; readonly subdomain: string; readonly host: string };
  readonly settings: PortalSettings;
  readonly clock: Clock;
  readonly calls: OutgoingCalls;
  readonly faults: FaultBook;
}

interface Subscriber {
  subscription: Subscription;
  /** When it answered invalidly within the window. */
  invalidAtMs: number[];
  /** A hook that a fault keeps until the next one has gone. */
  heldBack: Delivery | undefined;
}

/**
 * The webhooks of one portal: who subscribed and what is on its way to them.
 *
 * A subscription: enabled → disabled, after more than 100 invalid answers within 2 h with the last one invalid → enabled
 * again by hand. A delivery: under way → delivered by an answer of 100–299 within 2 s → given up when no attempt is left
 * or its subscription has gone. Deliveries do not wait for each other, so their order is not certain; they carry no
 * signature and no id.
 */
export class Webhooks {
  private readonly subscribers = new Map<string, Subscriber>();
  private readonly log: Delivery[] = [];
  private readonly waiting = new Set<() => void>();
  private nextId = 1;

  constructor(private readonly context: WebhookContext) {}

  /** A new subscription, or new settings for the one that has this destination. */
  subscribe(destination: string, settings: readonly string[], sort: number, userId: number): Subscription {
    const now = Math.floor(this.context.clock.nowMs() / 1000);
    const known = this.subscribers.get(destination);
    const fresh = { id: 0, destination, created_at: now, created_by: userId, disabled: false };
    const subscription = { ...fresh, ...known?.subscription, updated_at: now, sort, settings };
    if (known === undefined) {
      const first = { ...subscription, id: this.nextId++ };
      this.subscribers.set(destination, { subscription: first, invalidAtMs: [], heldBack: undefined });
      return first;
    }
    known.subscription = subscription;
    return subscription;
  }

  unsubscribe(destination: string): boolean {
    return this.subscribers.delete(destination);
  }

  subscriptions(): readonly Subscription[] {
    return [...this.subscribers.values()].map(({ subscription }) => subscription);
  }

  /** What an administrator does by hand after the vendor disabled it. */
  enable(destination: string): boolean {
    const subscriber = this.subscribers.get(destination);
    if (subscriber === undefined) return false;
    subscriber.subscription = { ...subscriber.subscription, disabled: false };
    subscriber.invalidAtMs = [];
    return true;
  }

  /** The newest deliveries, oldest first. */
  deliveries(): readonly Delivery[] {
    return this.log;
  }

  /** `hooks` is asked only when somebody listens: most portals have no subscriber. */
  tell(hooks: () => readonly Hook[]): void {
    if (this.subscribers.size === 0) return;
    for (const hook of hooks()) {
      for (const subscriber of this.subscribers.values()) {
        const { disabled, settings } = subscriber.subscription;
        if (!disabled && settings.includes(hook.name)) this.send(subscriber, hook);
      }
    }
  }

  /** Forgets every attempt that is still to come. */
  close(): void {
    for (const callOff of this.waiting) callOff();
    this.waiting.clear();
    this.subscribers.clear();
  }

  private send(subscriber: Subscriber, hook: Hook): void {
    const { faults, portalId } = this.context;
    const fault = faults.pick({ portal: portalId, method: 'HOOK', path: `/${hook.name}` }, 'webhook');
    const delivery = this.newDelivery(subscriber, hook);
    switch (fault?.action.kind) {
      case 'webhook_dropped':
        delivery.state = 'dropped';
        return;
      case 'webhook_held_back':
        // A second one that would be held pushes the first out.
        this.release(subscriber);
        subscriber.heldBack = delivery;
        return;
      case 'webhook_duplicated':
        this.begin(subscriber, this.newDelivery(subscriber, hook));
        break;
      default:
    }
    const held = subscriber.heldBack;
    subscriber.heldBack = undefined;
    this.begin(subscriber, delivery, held);
  }

  private release(subscriber: Subscriber): void {
    if (subscriber.heldBack !== undefined) this.begin(subscriber, subscriber.heldBack);
  }

  /** The first attempt; `next` follows when it is over, whatever came of it. */
  private begin(subscriber: Subscriber, delivery: Delivery, next?: Delivery): void {
    const first = this.attempt(subscriber, delivery);
    this.context.calls.own(
      first.then(() => {
        if (next !== undefined) this.begin(subscriber, next);
      }),
    );
  }

  private newDelivery({ subscription }: Subscriber, hook: Hook): Delivery {
    const { id, subdomain, host } = this.context.account();
    const account = { id, subdomain, _links: { self: `http://${host}` } };
    const delivery: Delivery = {
      id: this.nextId++,
      destination: subscription.destination,
      name: hook.name,
      body: encodeForm({ ...hook.payload, account }),
      attempts: [],
      state: 'under_way',
    };
    this.log.push(delivery);
    if (this.log.length > KEPT_DELIVERIES) this.log.shift();
    return delivery;
  }

  private async attempt(subscriber: Subscriber, delivery: Delivery): Promise<void> {
    const { calls, clock } = this.context;
    const atMs = clock.nowMs();
    const result = await calls.make({
      method: 'POST',
      url: delivery.destination,
      headers: { 'Content-Type': 'application/x-www-form-urlencoded', 'User-Agent': 'amoCRM-Webhooks/3.0' },
      body: delivery.body,
      deadlineMs: DEADLINE_MS,
    });
    const code = this.codeOf(result);
    if (isInvalid(code)) this.countInvalid(subscriber);
    else subscriber.invalidAtMs = subscriber.invalidAtMs.filter((at) => at > clock.nowMs() - INVALID_WINDOW_MS);
    const retry = RETRIES[delivery.attempts.length];
    delivery.attempts.push({ atMs, result });
    if (!isInvalid(code)) delivery.state = 'delivered';
    else if (retry?.isWorth(code) === true && this.isListening(subscriber))
      this.later(retry.afterMs, subscriber, delivery);
    else delivery.state = 'given_up';
  }

  private later(delayMs: number, subscriber: Subscriber, delivery: Delivery): void {
    const { clock, calls } = this.context;
    const callOff = clock.after(delayMs, () => {
      this.waiting.delete(callOff);
      if (this.isListening(subscriber)) calls.own(this.attempt(subscriber, delivery));
      else delivery.state = 'given_up';
    });
    this.waiting.add(callOff);
  }

  private isListening({ subscription }: Subscriber): boolean {
    const current = this.subscribers.get(subscription.destination)?.subscription;
    return current !== undefined && current.id === subscription.id && !current.disabled;
  }

  private countInvalid(subscriber: Subscriber): void {
    const nowMs = this.context.clock.nowMs();
    subscriber.invalidAtMs = [...subscriber.invalidAtMs.filter((at) => at > nowMs - INVALID_WINDOW_MS), nowMs];
    if (subscriber.invalidAtMs.length > DISABLED_AFTER_INVALID) {
      subscriber.subscription = { ...subscriber.subscription, disabled: true };
    }
  }

  /** Which class of codes a timeout counts as is not published: a switch. */
  private codeOf(result: CallResult): number {
    if (typeof result === 'number') return result;
    return result === 'timeout' ? this.context.settings.webhookTimeoutCode : 0;
  }
}

function isInvalid(code: number): boolean {
  return code < 100 || code >= 300;
}

function isServerSide(code: number): boolean {
  return code === 499 || (code >= 500 && code <= 599);
}
