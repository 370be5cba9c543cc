import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ToldError, capture, quietly, root, say, step } from './terminal.mjs';

const OLDEST_NODE = [20, 19];
const OLDEST_JAVA = 17;
const JAVA_PACKAGES = ['openjdk-17-jre-headless', 'openjdk-21-jre-headless', 'openjdk-25-jre-headless'];

/** @throws ToldError */
export function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])) return;
  throw new ToldError(
    `Node.js ${OLDEST_NODE.join('.')} or newer is needed, this is ${process.versions.node}: https://nodejs.org (24 LTS)`,
  );
}

/** Java runs Kafka, Maven fetches it. On Debian and Ubuntu as root they are installed, elsewhere named. @throws ToldError */
export async function ensureJava() {
  const wanted = [];
  if (!(await hasJava())) wanted.push({ what: `Java ${OLDEST_JAVA} or newer`, packages: JAVA_PACKAGES });
  if (!hasKafkaJars() && (await capture('mvn', ['-v'])).code !== 0) {
    wanted.push({ what: 'Apache Maven', packages: ['maven'] });
  }
  await installOrTell(wanted);
}

/** A real browser for the page tests. @returns the path of its program @throws ToldError */
export async function ensureChromium() {
  const found = findChromium();
  if (found !== undefined) return found;
  await installOrTell([{ what: 'Chromium', packages: ['chromium', 'chromium-browser'] }]);
  const installed = findChromium();
  if (installed === undefined) throw new ToldError('Chromium was installed but is not at /usr/bin/chromium');
  return installed;
}

/** Installs what the lock names when node_modules is missing or holds something else. @throws ToldError */
export async function ensurePackages() {
  if (isInstalled()) return;
  // npm tells its scripts where it is; then the same npm does it.
  const npmCli = process.env.npm_execpath;
  const [command, before] = npmCli?.endsWith('.js') ? [process.execPath, [npmCli]] : ['npm', []];
  const flags = ['ci', '--no-audit', '--no-fund', '--loglevel=error'];
  await step('npm packages', () => quietly(command, [...before, ...flags]));
}

async function hasJava() {
  const java = process.env.JAVA_HOME ? join(process.env.JAVA_HOME, 'bin', 'java') : 'java';
  const { code, output } = await capture(java, ['-version']);
  const major = Number(/version "(\d+)/.exec(output)?.[1] ?? 0);
  return code === 0 && major >= OLDEST_JAVA;
}

function hasKafkaJars() {
  const dir = join(root, '.local', 'kafka-libs');
  return existsSync(dir) && readdirSync(dir).some((name) => !name.startsWith('fetching-'));
}

function findChromium() {
  const places = [
    process.env.CHROMIUM_PATH,
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
  ];
  return places.find((place) => place && existsSync(place));
}

async function installOrTell(wanted) {
  if (wanted.length === 0) return;
  const what = wanted.map((each) => each.what).join(' and ');
  if (!isDebian() || process.getuid?.() !== 0) {
    const packages = wanted.map((each) => each.packages[0]).join(' ');
    throw new ToldError(
      `${what} is missing. Install it and start again:\n` +
        `  Debian, Ubuntu: sudo apt-get install -y --no-install-recommends ${packages}\n` +
        `  macOS:          brew install openjdk@17 maven\n` +
        `  others:         https://adoptium.net and https://maven.apache.org`,
    );
  }
  say(`${what} is missing: installing with apt-get`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await step(`installing ${what}`, async () => {
    await quietly('apt-get', ['update', '-qq'], { env });
    const packages = [];
    for (const each of wanted) packages.push(await firstAvailable(each));
    await quietly('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], { env });
  });
}

async function firstAvailable({ what, packages }) {
  for (const name of packages) {
    const { output } = await capture('apt-cache', ['policy', name]);
    if (/Candidate: (?!\(none\))/.test(output)) return name;
  }
  throw new ToldError(`${what}: apt-get offers none of ${packages.join(', ')}`);
}

function isDebian() {
  const file = '/etc/os-release';
  return existsSync(file) && /^ID(_LIKE)?=.*\b(debian|ubuntu)\b/m.test(readFileSync(file, 'utf8'));
}

/**
 * Whether node_modules is what package-lock.json says. npm notes what it installed in a lock of its own there, as the last
 * thing it does; times of files would say nothing after a git checkout.
 */
function isInstalled() {
  const note = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(note)) return false;
  const installed = JSON.parse(readFileSync(note, 'utf8')).packages;
  const locked = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  return Object.entries(locked).every(([path, entry]) => {
    if (path === '') return true;
    const found = installed[path];
    // Another platform's binaries are in the lock and not here.
    if (found === undefined) return entry.optional === true || entry.extraneous === true;
    return found.version === entry.version && found.link === entry.link;
  });
}
