import { existsSync, readFileSync } from 'node:fs';

/** What this report tells of docs/measurements/protocol.json, which `npm run explore` writes (the writer's exploration/report.ts). */
export interface Exploration {
  readonly exhaustive: readonly {
    readonly name: string;
    readonly states: number;
    readonly runs: number;
    readonly ends: number;
    readonly violations: number;
  }[];
  readonly random: {
    readonly from: number;
    readonly seeds: number;
    readonly effects: number;
    readonly broken: number;
  };
}

/** undefined when nothing has been explored yet */
export function readExploration(root: URL): Exploration | undefined {
  const file = new URL('docs/measurements/protocol.json', root);
  // Our own file.
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Exploration) : undefined;
}
