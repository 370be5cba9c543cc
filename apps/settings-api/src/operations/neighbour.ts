import { NotFoundException } from '@nestjs/common';
import { problemsOf } from '@perezvon/contracts';
import { Problem } from '@perezvon/service';
import { z } from 'zod';

export interface NeighbourAddress {
  readonly name: 'amocrm-writer' | 'call-ingest' | 'decision-engine';
  readonly url: string;
  /** INTERNAL_API_KEY. */
  readonly key: string;
}

/** Longer than a connection test takes at its worst (20 s at amoCRM), shorter than a person's patience. */
const deadlineMs = 25_000;

const refusal = z.looseObject({ code: z.string() });

/**
 * The internal HTTP API of another service. Its "no" becomes ours: an unknown id is 404, a refusal 409; a service that is
 * away or answers what it should not is 503, named, so that the operator knows whom to look at.
 */
export class Neighbour {
  constructor(private readonly address: NeighbourAddress) {}

  /** @param path below `/internal/v1`, its parts encoded */
  async get<Schema extends z.ZodType>(path: string, schema: Schema): Promise<z.output<Schema>> {
    return this.parse(await this.send('GET', path), schema);
  }

  async post<Schema extends z.ZodType>(path: string, schema: Schema): Promise<z.output<Schema>> {
    return this.parse(await this.send('POST', path), schema);
  }

  /** For an answer that says nothing but that it is done. */
  async order(path: string, body?: object): Promise<void> {
    await this.send('POST', path, body);
  }

  private async send(method: string, path: string, body?: object): Promise<unknown> {
    const { url, key } = this.address;
    let response: Response;
    let text: string;
    try {
      response = await fetch(`${url.replace(/\/$/, '')}/internal/v1${path}`, {
        method,
        headers: { authorization: `Bearer ${key}`, ...(body && { 'content-type': 'application/json' }) },
        ...(body && { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(deadlineMs),
      });
      text = await response.text();
    } catch (error) {
      throw this.unavailable(error);
    }
    const answer = parsed(text);
    if (response.ok) return answer;
    if (response.status === 404) throw new NotFoundException();
    if (response.status === 409) throw notNow(refusal.safeParse(answer).data?.code ?? 'not_now');
    throw this.unavailable(new Error(`answered ${response.status}`));
  }

  private parse<Schema extends z.ZodType>(body: unknown, schema: Schema): z.output<Schema> {
    const read = schema.safeParse(body);
    if (read.success) return read.data;
    const paths = problemsOf(read.error).map((problem) => problem.path);
    throw this.unavailable(new Error(`its answer is not as agreed: ${paths.join(', ')}`));
  }

  private unavailable(cause: unknown): NeighbourUnavailable {
    return new NeighbourUnavailable(this.address.name, cause);
  }
}

export class NeighbourUnavailable extends Problem {
  constructor(
    readonly neighbour: NeighbourAddress['name'],
    cause: unknown,
  ) {
    super({
      status: 503,
      code: 'service_unavailable',
      message: {
        ru: `Служба ${neighbour} сейчас не отвечает. Повторите через минуту; настройки и журнал работают.`,
        en: `The service ${neighbour} does not answer now. Try again in a minute; settings and journal work.`,
      },
      extra: { service: neighbour },
    });
    this.cause = cause;
  }
}

/** Codes that the other services give; the person hears what to do. */
function notNow(code: string): Problem {
  const known = {
    not_parked: { ru: 'Уже не остановлено: повторять нечего.', en: 'It is not stopped any more: nothing to retry.' },
    on_its_way: {
      ru: 'Запрос уже отправлен, итог пока неизвестен: подождите минуту.',
      en: 'The request was sent and its end is not known yet: wait a minute.',
    },
    already_settled: { ru: 'Уже выполнено или отменено.', en: 'It was done or discarded already.' },
  };
  const message = Object.entries(known).find(([name]) => name === code)?.[1];
  return new Problem({
    status: 409,
    code,
    message: message ?? { ru: 'Сейчас это невозможно.', en: 'This is not possible now.' },
  });
}

function parsed(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    return undefined; // a proxy's page in the place of our neighbour's answer: refused by whoever parses it
  }
}
