import { NotFoundException, ParseUUIDPipe } from '@nestjs/common';

/** An id in the path that cannot be one of ours names nothing. */
export function uuidOrNotFound(): ParseUUIDPipe {
  return new ParseUUIDPipe({ exceptionFactory: () => new NotFoundException() });
}
