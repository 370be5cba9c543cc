import { Problem } from '@perezvon/service';

/** The same answer for an unknown source, a wrong secret and a source of another kind: callers learn nothing. */
export function unauthorised(): Problem {
  return new Problem({
    status: 401,
    code: 'unauthorized',
    message: { ru: 'Источник не опознан.', en: 'The source is not recognised.' },
  });
}

export function tooManyRequests(): Problem {
  return new Problem({
    status: 429,
    code: 'too_many_requests',
    message: { ru: 'Слишком много запросов. Повторите позже.', en: 'Too many requests. Try again later.' },
  });
}

export function tooManyEvents(limit: number): Problem {
  return new Problem({
    status: 413,
    code: 'too_many_events',
    message: { ru: `Не более ${limit} событий в одном запросе.`, en: `At most ${limit} events in one request.` },
  });
}

/** Nothing was stored: neither Kafka nor Postgres could take it. */
export function cannotStore(): Problem {
  return new Problem({
    status: 503,
    code: 'unavailable',
    message: { ru: 'Событие не сохранено. Повторите позже.', en: 'The event was not stored. Send it again later.' },
  });
}
