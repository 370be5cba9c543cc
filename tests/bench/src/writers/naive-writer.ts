import { Kafka, logLevel } from 'kafkajs';
import { commands, type EffectCommand } from '@perezvon/contracts';

/**
 * The baseline: what is written in an afternoon. One consumer, one message at a time, one request per step, paced to
 * amoCRM's limit. It keeps nothing, looks for nothing and sends again what failed.
 */
const env = (name: string): string => {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set`);
  return value;
};
const [url, token] = [env('PORTAL_URL'), env('PORTAL_TOKEN')];
const pauseMs = 1_100 / 7;
const made = new Map<string, { contact?: number; deal?: number }>();
let nextAt = 0;

const kafka = new Kafka({ clientId: 'naive', brokers: env('KAFKA_BROKERS').split(','), logLevel: logLevel.NOTHING });
const consumer = kafka.consumer({ groupId: 'bench-naive' });
await consumer.connect();
await consumer.subscribe({ topic: commands.topic, fromBeginning: true });
await consumer.run({
  eachMessage: async ({ message }) => {
    const command = commands.parse(JSON.parse(message.value?.toString() ?? ''));
    if (command.type === 'effect') await write(command);
  },
});
process.once('SIGTERM', () => void consumer.disconnect().then(() => process.exit(0)));

async function write({ intent, phone, callId, pbxCallId }: EffectCommand): Promise<void> {
  const call = made.get(callId) ?? {};
  made.set(callId, call);
  switch (intent.kind) {
    case 'ensure_contact':
      call.contact = await post('contacts', {
        name: intent.name,
        custom_fields_values: [{ field_code: 'PHONE', values: [{ value: phone, enum_code: 'WORK' }] }],
      });
      return;
    case 'create_deal': {
      const { name, pipelineId, statusId } = intent;
      const contacts = call.contact === undefined ? [] : [{ id: call.contact }];
      call.deal = await post('leads', { name, pipeline_id: pipelineId, status_id: statusId, _embedded: { contacts } });
      return;
    }
    case 'call_note':
      await post('leads/notes', {
        entity_id: call.deal,
        note_type: 'call_in',
        params: {
          uniq: pbxCallId,
          duration: intent.durationSec,
          source: 'naive',
          phone,
          call_status: intent.callStatus,
        },
      });
      return;
    default:
      throw new Error(`the baseline does not know ${intent.kind}`);
  }
}

async function post(path: string, item: object): Promise<number> {
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, nextAt - performance.now()));
    nextAt = performance.now() + pauseMs;
    const answer = await fetch(`${url}/api/v4/${path}`, {
      method: 'POST',
      headers: { 'authorization': `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify([item]),
    });
    const text = await answer.text();
    if (!answer.ok) continue;
    const body = JSON.parse(text) as { _embedded: Record<string, { id: number }[]> };
    const [created] = Object.values(body._embedded).flat();
    if (created === undefined) throw new Error(`${path}: nothing was made`);
    return created.id;
  }
}
