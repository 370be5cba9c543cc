import type { Exploration } from './explorer.js';
import type { RandomRuns } from './random-runs.js';

export interface ProtocolReport {
  readonly explorations: readonly Exploration[];
  readonly random: RandomRuns;
}

/** What was explored, as it stands in docs/measurements/protocol.{json,md}. */
export function reportOf({ explorations, random }: ProtocolReport): { json: object; markdown: string } {
  const faults = [...random.faults].sort(([a], [b]) => a.localeCompare(b));
  const broken = random.broken.length;
  const json = {
    exhaustive: explorations.map(({ name, states, runs, ends, violations }) => {
      return { name, states, runs, ends, violations: violations.length };
    }),
    random: {
      from: random.from,
      seeds: random.seeds,
      steps: random.steps,
      effects: random.effects,
      requests: random.requests,
      faults: Object.fromEntries(faults),
      broken,
    },
  };
  const markdown = `# The protocol, explored

Written by \`npm run explore -- --report docs/measurements/protocol.json\`; \`--wide\` adds wider bounds, \`--seeds\` or \`--minutes\`
more runs. What these runs are, what they assume and what they leave out: [docs/protocol.md](../protocol.md).

## Every interleaving

| bounds | distinct states | runs | of them to the end | violations |
| --- | --: | --: | --: | --: |
${explorations.map((one) => `| ${one.name} | ${one.states} | ${one.runs} | ${one.ends} | ${one.violations.length} |`).join('\n')}

## By chance

Seeds ${random.from} to ${random.from + random.seeds - 1}: **${random.seeds} runs, ${broken} broken**; ${random.effects} effects,
${random.requests} requests, ${random.steps} steps, and ${faults.reduce((sum, [, count]) => sum + count, 0)} faults of
${faults.length} kinds:

| fault | injected |
| --- | --: |
${faults.map(([name, count]) => `| ${name} | ${count} |`).join('\n')}
`;
  return { json, markdown };
}
