export { type KafkaConnection } from './connection.js';
export { ConsumesRaw, Consumes, type ConsumeOptions } from './consumes.js';
export { type Readiness } from './consumer/consumer-health.js';
export { type ConsumerTuning } from './consumer/consumer-tuning.js';
export {
  type DeadLetter,
  type DeadLetterSink,
  DeadLetterTopic,
  deadLetterHeader,
  deadLetterTopic,
} from './dead-letter.js';
export {
  BatchAbortedError,
  CannotConsumeError,
  HandlerTimeoutError,
  KafkaError,
  type PartialProgress,
  PoisonMessageError,
  type PoisonedMessage,
  ProduceError,
  RetryableError,
} from './errors.js';
export { recordRefusalOf } from './record-refusal.js';
export { KafkaStrategy, type KafkaStrategyOptions } from './kafka-strategy.js';
export { type Logger } from './logger.js';
export { type MessageBatch, type MessageContract, type RawRecord, type ReceivedMessage } from './message.js';
export { type ConsumerMetrics, type ProducerMetrics } from './metrics.js';
export { type DedupeHook } from './policies/dedupe.js';
export { traceContextOf } from './policies/trace.js';
export { KafkaProducer, type KafkaProducerOptions, type SendOptions } from './producer/kafka-producer.js';
export { type TopicSpec, ensureTopics } from './topics.js';
export { type AddressedRecord, sendByTopic } from './producer/send-by-topic.js';
export { groupLag, type TopicLag } from './group-lag.js';
export { OwnTopics } from './own-topics.js';
