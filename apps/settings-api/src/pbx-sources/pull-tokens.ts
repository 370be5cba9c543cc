import { type KeyRing, sealPullToken } from '@perezvon/credentials';
import { type PullSettings } from '@perezvon/contracts';
import { type FieldProblem, type Localized, Problem } from '@perezvon/service';
import { invalid } from '../http/validation.js';

/** How the vendor is asked for calls whose events were lost, as a person gives it; the token is never read back. */
export interface PullAsked {
  readonly enabled: boolean;
  readonly url: string;
  /** Absent: the one that is stored stays. */
  readonly token?: string | undefined;
}

export type PullView = Pick<PullSettings, 'enabled' | 'url'>;

/** The token as it may travel on a topic: sealed with keys that call-ingest holds too. */
export class PullTokens {
  constructor(
    private readonly keys: KeyRing | undefined,
    private readonly extraOrigins: readonly string[],
  ) {}

  /**
   * @param stored what the source has now
   * @throws Problem 422 for an address or a token that cannot be right, 409 where the server has no keys to seal with
   */
  seal(
    { enabled, url, token }: PullAsked,
    stored: PullSettings | null,
    owner: { readonly accountId: string; readonly sourceId: string },
  ): PullSettings {
    const origin = originOf(url);
    if (origin === undefined || !(origin.startsWith('https:') || this.extraOrigins.includes(origin))) {
      throw invalid([wrong('pull.url', 'url_scheme', addressWords)]);
    }
    if (token === undefined) {
      if (stored === null) throw invalid([wrong('pull.token', 'missing', tokenWords)]);
      return { enabled, url: origin, sealedToken: stored.sealedToken };
    }
    if (this.keys === undefined) throw noKeys();
    return { enabled, url: origin, sealedToken: sealPullToken(this.keys, token, owner) };
  }
}

/** Whether its host is the vendor's own is checked where it is called, by the list of that vendor (call-ingest). */
function originOf(url: string): string | undefined {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  return parsed === undefined || parsed.username !== '' || parsed.password !== '' ? undefined : parsed.origin;
}

const addressWords: Localized = {
  ru: 'Укажите адрес API вашей АТС, он начинается с https://.',
  en: 'Give the address of your PBX’s API; it begins with https://.',
};
const tokenWords: Localized = { ru: 'Укажите токен API вашей АТС.', en: 'Give the API token of your PBX.' };

function wrong(path: string, code: string, message: Localized): FieldProblem {
  return { path, code, message };
}

function noKeys(): Problem {
  return new Problem({
    status: 409,
    code: 'pull_not_set_up',
    message: {
      ru: 'Запрос звонков у АТС не настроен на этом сервере (PBX_PULL_KEYS).',
      en: 'Asking the PBX for calls is not set up on this server (PBX_PULL_KEYS).',
    },
  });
}
