export {
  amocrmIntegration,
  type AmocrmIntegration,
  commaList,
  databaseConfig,
  type DatabaseConfig,
  internalKey,
  kafkaConfig,
  type KafkaConfig,
  type KafkaSasl,
  logLevel,
  portConfig,
  tracesEndpoint,
  wholeNumber,
} from './config-fragments.js';
export {
  ConfigError,
  type ConfigOf,
  type ConfigProblem,
  type ConfigShape,
  type Fragment,
  group,
  readConfig,
  variable,
} from './config.js';
export { DeadlineError, withDeadline } from './deadline.js';
export { databaseCheck, type HealthCheck, HealthChecks, type HealthReport, type Readiness } from './health.js';
export { INTERNAL_API_KEY, InternalApiGuard } from './internal-api.guard.js';
export { parseJson } from './json.js';
export { kafkaMetrics, type KafkaMetrics } from './kafka-metrics.js';
export { createLogger, type Logger, type LoggerOptions, NestLogger } from './log.js';
export { type MetricDefinition, Metrics, type MetricsSnapshot } from './metrics.js';
export { ProblemFilter, sendProblem } from './problem.filter.js';
export {
  type FieldProblem,
  type Language,
  languageOf,
  type Localized,
  Problem,
  type ProblemOptions,
  toldIn,
  type ToldProblem,
} from './problem.js';
export { maskPhone, maskText, redact } from './redaction.js';
export { exitBecause, type ProcessHost, runMain, type Stoppable } from './run.js';
export { isSameSecret } from './secrets.js';
export { type RunningService, type ServiceConsumer, type ServiceOptions, startService } from './service.js';
export { SourceLimiter } from './source-limiter.js';
export { startTracing, type StopTracing, type TracingOptions } from './tracing.js';
