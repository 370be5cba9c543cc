import { parseArgs } from 'node:util';

export interface StartOptions {
  /** Play the sample once, print the table, exit. */
  readonly isOnce: boolean;
  /** Drop local data first. */
  readonly isReset: boolean;
  /** Play calls; false: everything else only, for driving it from outside. */
  readonly hasSimulator: boolean;
}

export const usage = `npm start                     everything on this machine, with simulated calls, until Ctrl-C
npm start -- --once           play the recorded sample once, show what amoCRM holds, exit 0 if all is as expected
npm start -- --reset          drop local data first
npm start -- --no-simulator   everything but the simulated calls`;

/** @throws Error with the usage for an option that does not exist or makes no sense */
export function parseOptions(args: readonly string[]): StartOptions {
  const { values } = parse(args);
  const options = {
    isOnce: values.once ?? false,
    isReset: values.reset ?? false,
    hasSimulator: !(values['no-simulator'] ?? false),
  };
  if (options.isOnce && !options.hasSimulator) throw new Error(`--once plays calls: not with --no-simulator\n${usage}`);
  return options;
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      strict: true,
      options: { 'once': { type: 'boolean' }, 'reset': { type: 'boolean' }, 'no-simulator': { type: 'boolean' } },
    });
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n${usage}`, { cause: error });
  }
}
