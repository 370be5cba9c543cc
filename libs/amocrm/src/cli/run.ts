import { createAmocrmClient } from '../client.js';
import { systemCode } from '../connection.js';
import { createPacer } from '../pacer.js';
import { advice } from './advice.js';
import { readArguments } from './arguments.js';
import { commands, type Command } from './commands.js';
import { format } from './table.js';

/** What the command line uses of the outside. */
export interface Terminal {
  env: Readonly<Record<string, string | undefined>>;
  /** `-` is standard input. */
  readFile(name: string): Promise<string>;
  out(text: string): void;
  err(text: string): void;
}

/** What was asked for did not come. */
const failed = 1;
/** It was not understood; nothing was asked. */
const misused = 2;

/** One command from its words to its exit code. The token is read, used and shown nowhere. */
export async function run(argv: readonly string[], terminal: Terminal): Promise<number> {
  const asked = readArguments(argv, terminal.env);
  if (asked.kind === 'help') {
    terminal.out(help());
    return 0;
  }
  if (asked.kind === 'wrong') return misuse(terminal, asked.problem);
  const command = Object.hasOwn(commands, asked.name) ? commands[asked.name] : undefined;
  if (command === undefined) return misuse(terminal, `there is no command ${asked.name}`);
  const token = await readToken(asked.token, terminal);
  if (token === undefined) return failed;

  const client = createAmocrmClient({
    baseUrl: asked.url,
    extraOrigins: asked.extraOrigins,
    token: () => Promise.resolve(token),
    pacer: createPacer(),
  });
  try {
    const found = await command.run(client, asked.operands, asked.limit);
    if (typeof found === 'string') return misuse(terminal, found);
    if (found.kind !== 'done') {
      const words = [found.reason, found.status, found.detail, found.requestId && `request ${found.requestId}`];
      // amoCRM's own words may repeat what it was sent.
      const details = words
        .filter((word) => word !== undefined)
        .join(', ')
        .replaceAll(token, '<token>');
      terminal.err(`${advice[found.reason]}\n(${details})`);
      return failed;
    }
    const { table, data } = found.value;
    if (asked.isJson) terminal.out(JSON.stringify(data, undefined, 2));
    else terminal.out(table.rows.length === 0 ? 'nothing found' : format(table));
    return 0;
  } finally {
    client.close();
  }
}

function misuse(terminal: Terminal, problem: string): number {
  terminal.err(`${problem}\nnpm run amocrm -- --help tells more.`);
  return misused;
}

async function readToken(token: { file: string } | { value: string }, terminal: Terminal): Promise<string | undefined> {
  if ('value' in token) return token.value.trim();
  try {
    const text = (await terminal.readFile(token.file)).trim();
    if (/^[\x21-\x7e]+$/u.test(text)) return text;
    terminal.err(`${token.file} does not hold one token and nothing else`);
  } catch (error) {
    terminal.err(`${token.file} cannot be read: ${systemCode(error)}`);
  }
  return undefined;
}

function help(): string {
  const described = (entries: [string, Command][]) =>
    entries.map(([name, { operands, what }]) => `  ${`${name} ${operands}`.trim()}\n      ${what}`).join('\n');
  return `Reads an amoCRM account, as Perezvon does. Writes nothing.

  npm run amocrm -- <command> --url demo.amocrm.ru --token-file token.txt

Commands
${described(Object.entries(commands))}

Options
  --url <address>       the account; or AMOCRM_URL
  --token-file <file>   a file with an access token (- is standard input); or AMOCRM_TOKEN
  --limit <n>           how many of a list, 1 to 250, default 20
  --json                the data instead of a table
  -h, --help            this text

AMOCRM_EXTRA_ORIGINS adds addresses beside amoCRM's, such as http://127.0.0.1:3010 of the emulator.
Exit code: 0 answered, ${failed} failed, ${misused} not understood. The token is never shown.`;
}
