import { PortInUseError, assertPortFree, freePort } from '../embedded/ports.js';

/** Each port of the stack, the variable that changes it, and its default (interfaces.md, Environment). */
const VARIABLES = {
  settingsApi: ['SETTINGS_API_PORT', 3000],
  callIngest: ['CALL_INGEST_PORT', 3001],
  decisionEngine: ['DECISION_ENGINE_PORT', 3002],
  amocrmWriter: ['AMOCRM_WRITER_PORT', 3003],
  amocrmEmulator: ['AMOCRM_EMULATOR_PORT', 3010],
  kafka: ['LOCAL_KAFKA_PORT', 19092],
  postgres: ['LOCAL_POSTGRES_PORT', 15432],
} as const satisfies Record<string, readonly [string, number]>;

export type PortName = keyof typeof VARIABLES;
export type Ports = Readonly<Record<PortName, number>>;

/** @throws Error that names every variable which is not a port, and every port that two of them share */
export function readPorts(env: NodeJS.ProcessEnv): Ports {
  const problems: string[] = [];
  const taken = new Map<number, string>();
  const read = (name: PortName): number => {
    const [variable, byDefault] = VARIABLES[name];
    const text = env[variable];
    const port = text === undefined || text === '' ? byDefault : Number(text);
    if (!Number.isInteger(port) || port < 1 || port > 65_535) problems.push(`${variable} must be a port, 1 … 65535`);
    const other = taken.get(port);
    if (other !== undefined) problems.push(`${other} and ${variable} are the same port ${String(port)}`);
    taken.set(port, variable);
    return port;
  };
  const ports = {
    settingsApi: read('settingsApi'),
    callIngest: read('callIngest'),
    decisionEngine: read('decisionEngine'),
    amocrmWriter: read('amocrmWriter'),
    amocrmEmulator: read('amocrmEmulator'),
    kafka: read('kafka'),
    postgres: read('postgres'),
  };
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return ports;
}

/** A stack's ports that were free a moment ago, for a run beside others. */
export async function freePorts(): Promise<Ports> {
  const names = Object.keys(VARIABLES) as PortName[];
  const ports = await Promise.all(names.map(async (name) => [name, await freePort()] as const));
  return Object.fromEntries(ports) as Ports;
}

/** The environment that has `npm start` use these ports. */
export function portVariables(ports: Ports): Record<string, string> {
  const names = Object.keys(VARIABLES) as PortName[];
  return Object.fromEntries(names.map((name) => [VARIABLES[name][0], String(ports[name])]));
}

/** Does something that listens on the port; a port in use becomes a message that names the variable. */
export async function onPort<Result>(
  ports: Ports,
  name: PortName,
  work: (port: number) => Promise<Result>,
): Promise<Result> {
  try {
    return await work(ports[name]);
  } catch (error) {
    if (!(error instanceof PortInUseError)) throw error;
    const [variable] = VARIABLES[name];
    throw new Error(
      `port ${String(error.port)} is in use by another process: end that process or set ${variable} to a free port`,
      { cause: error },
    );
  }
}

/** @throws Error that names the variable when the port is in use */
export async function refuseUsedPort(ports: Ports, name: PortName): Promise<void> {
  await onPort(ports, name, assertPortFree);
}
