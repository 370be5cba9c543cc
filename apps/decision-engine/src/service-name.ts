/** In logs, metrics, traces, Kafka's group and Postgres's sessions. */
export const SERVICE = 'decision-engine';
