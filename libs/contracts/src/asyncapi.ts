import { z } from 'zod';
import { catalogue } from './catalogue.js';
import type { Message } from './message.js';

/** The published contract: AsyncAPI 3.0 with the JSON Schema of every message, made from the same source as the parser. */
export function asyncApiDocument(): Record<string, unknown> {
  const messages = catalogue as readonly Message<unknown>[];
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Perezvon',
      version: '1.0.0',
      description:
        'Topics between a PBX, the decision and amoCRM. Additive changes keep the version of a topic; anything else is a new ' +
        'topic. Delivery is at least once: receivers drop repetitions by the ids inside the messages.',
      license: { name: 'MIT' },
    },
    defaultContentType: 'application/json',
    channels: Object.fromEntries(messages.map((message) => [idOf(message), channel(message)])),
    operations: Object.fromEntries(messages.map((message) => [`on-${idOf(message)}`, operation(message)])),
    components: { messages: Object.fromEntries(messages.map((message) => [idOf(message), described(message)])) },
  };
}

const idOf = ({ topic }: Message<unknown>) => topic.replaceAll('.', '-');

function channel(message: Message<unknown>): Record<string, unknown> {
  return {
    address: message.topic,
    title: message.title,
    description: message.description,
    messages: { [idOf(message)]: { $ref: `#/components/messages/${idOf(message)}` } },
    bindings: { kafka: { topic: message.topic, topicConfiguration: retentionOf(message), bindingVersion: '0.5.0' } },
  };
}

function retentionOf({ retention }: Message<unknown>): Record<string, unknown> {
  return retention.kind === 'compacted'
    ? { 'cleanup.policy': ['compact'] }
    : { 'cleanup.policy': ['delete'], 'retention.ms': retention.days * 24 * 60 * 60 * 1000 };
}

function operation(message: Message<unknown>): Record<string, unknown> {
  return {
    action: 'receive',
    channel: { $ref: `#/channels/${idOf(message)}` },
    messages: [{ $ref: `#/channels/${idOf(message)}/messages/${idOf(message)}` }],
  };
}

function described(message: Message<unknown>): Record<string, unknown> {
  return {
    name: message.topic,
    title: message.title,
    summary: message.description,
    contentType: 'application/json',
    payload: { schemaFormat: 'application/schema+json;version=draft-07', schema: jsonSchema(message) },
  };
}

/** Draft 7, of what a producer may send. */
function jsonSchema({ schema }: Message<unknown>): Record<string, unknown> {
  return z.toJSONSchema(schema, { target: 'draft-7', io: 'input' });
}
