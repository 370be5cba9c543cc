import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type CallDecision,
  decisions,
  pbxCallEvents,
  type PbxCallEvent,
  type Portal,
  portals,
} from '@perezvon/contracts';
import { type Consumer, Kafka, logLevel, Partitioners, type Producer } from 'kafkajs';

const LOOK_EVERY_MS = 100;
const GIVE_UP_AFTER_MS = 60_000;

/** Calls as a PBX sends them, one by one, and what the engine decides of them, from the broker itself. */
export class TrialCalls {
  private sent = 0;
  private watcher: (decision: CallDecision) => void = () => undefined;

  private constructor(
    private readonly accountId: string,
    private readonly producer: Producer,
    private readonly consumer: Consumer,
  ) {}

  /** As soon as the services have made their topics. */
  static async connect(brokers: string, accountId: string): Promise<TrialCalls> {
    const kafka = new Kafka({ clientId: 'bench', brokers: brokers.split(','), logLevel: logLevel.NOTHING });
    await untilThere(kafka, [pbxCallEvents.topic, decisions.topic, portals.topic]);
    const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
    const consumer = kafka.consumer({ groupId: `bench-${randomUUID()}` });
    const calls = new TrialCalls(accountId, producer, consumer);
    await Promise.all([producer.connect(), consumer.connect()]);
    await consumer.subscribe({ topic: decisions.topic, fromBeginning: true });
    await consumer.run({
      eachMessage: ({ message }) => {
        calls.watcher(decisions.parse(JSON.parse(message.value?.toString() ?? 'null')));
        return Promise.resolve();
      },
    });
    return calls;
  }

  /** What amocrm-writer would tell of a portal that it has read to its end. */
  async tell(portal: Portal): Promise<void> {
    const messages = [{ key: portal.portalId, value: JSON.stringify(portal) }];
    await this.producer.send({ topic: portals.topic, messages });
  }

  /** An answered call from a number that nobody knows, as its final record alone. */
  async send(): Promise<void> {
    this.sent += 1;
    const value = JSON.stringify(finalRecord(this.accountId, this.sent));
    await this.producer.send({ topic: pbxCallEvents.topic, messages: [{ value }] });
  }

  /** Resolves with the next decision that is as asked for. */
  next(isIt: (decision: CallDecision) => boolean): Promise<CallDecision> {
    return new Promise((resolve) => {
      this.watcher = (decision) => {
        if (isIt(decision)) resolve(decision);
      };
    });
  }

  async disconnect(): Promise<void> {
    await Promise.all([this.producer.disconnect(), this.consumer.disconnect()]);
  }
}

async function untilThere(kafka: Kafka, topics: readonly string[]): Promise<void> {
  const admin = kafka.admin();
  await admin.connect();
  const giveUpAt = performance.now() + GIVE_UP_AFTER_MS;
  while (!(await admin.listTopics().then((known) => topics.every((topic) => known.includes(topic))))) {
    if (performance.now() > giveUpAt) throw new Error('the services did not make their topics in a minute');
    await sleep(LOOK_EVERY_MS);
  }
  await admin.disconnect();
}

function finalRecord(accountId: string, n: number): PbxCallEvent {
  return {
    schema_version: 1,
    account_id: accountId,
    source: 'canonical',
    type: 'call.ended',
    call_id: String(n),
    direction: 'in',
    client: { raw: String(79_000_000_000 + n * 97) },
    occurred_at: new Date().toISOString(),
    occurred_at_quality: 'pbx_utc',
    origin: 'push',
    wait_sec: 11,
    talk_sec: 60,
    total_sec: 71,
    outcome: 'answered',
  };
}
