/** Nest's token for it. */
export const ROUTE_LOGGER = Symbol('ROUTE_LOGGER');

export interface RouteLogger {
  warn(fields: object, message: string): void;
}
