/** What the writer's parts log to: fields first, then the sentence. */
export interface WriterLog {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}
