import { parseArgs } from 'node:util';
import { parseExtraOrigins, portalUrl } from '../portal-url.js';

/** What the user wants, or why it cannot be understood. */
export type Arguments =
  | { kind: 'help' }
  | { kind: 'wrong'; problem: string }
  | {
      kind: 'command';
      name: string;
      operands: string[];
      url: string;
      extraOrigins: string[];
      token: { file: string } | { value: string };
      isJson: boolean;
      limit: number;
    };

type Env = Readonly<Record<string, string | undefined>>;

const options = {
  'url': { type: 'string' },
  'token-file': { type: 'string' },
  'limit': { type: 'string' },
  'json': { type: 'boolean' },
  'help': { type: 'boolean', short: 'h' },
} as const;

/** There is no option for the token itself: command lines stay in the shell's history and in the list of processes. */
export function readArguments(argv: readonly string[], env: Env): Arguments {
  const parsed = parse(argv);
  if ('problem' in parsed) return { kind: 'wrong', problem: parsed.problem };
  const { values, positionals } = parsed;
  const [name, ...operands] = positionals;
  if (values.help === true || name === undefined || name === 'help') return { kind: 'help' };

  const extraOrigins = origins(env);
  if ('problem' in extraOrigins) return { kind: 'wrong', problem: extraOrigins.problem };
  const typed = values.url ?? env['AMOCRM_URL'];
  if (typed === undefined)
    return { kind: 'wrong', problem: 'which account? Give --url demo.amocrm.ru or set AMOCRM_URL' };
  const portal = portalUrl(typed, extraOrigins.list);
  if (!portal.ok)
    return { kind: 'wrong', problem: `${typed} is not the address of an amoCRM account (${portal.reason})` };

  const file = values['token-file'];
  const value = env['AMOCRM_TOKEN'];
  const token = file !== undefined ? { file } : value === undefined || value === '' ? undefined : { value };
  if (token === undefined) {
    return { kind: 'wrong', problem: 'which token? Give --token-file (- is standard input) or set AMOCRM_TOKEN' };
  }
  const limit = Number(values.limit ?? 20);
  if (!Number.isInteger(limit) || limit < 1 || limit > 250) return { kind: 'wrong', problem: '--limit is 1 to 250' };
  const isJson = values.json ?? false;
  return { kind: 'command', name, operands, url: portal.origin, extraOrigins: extraOrigins.list, token, isJson, limit };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options, allowPositionals: true });
  } catch (error) {
    return { problem: wordsOf(error) };
  }
}

function origins(env: Env): { list: string[] } | { problem: string } {
  try {
    return { list: parseExtraOrigins(env['AMOCRM_EXTRA_ORIGINS']) };
  } catch (error) {
    return { problem: wordsOf(error) };
  }
}

/** Both parsers' messages are for the user, and name options and origins only. */
function wordsOf(error: unknown): string {
  const hasWords = typeof error === 'object' && error !== null && 'message' in error;
  return hasWords && typeof error.message === 'string' ? error.message : 'it cannot be read';
}
