import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { repositoryRoot } from '../paths.js';

const read = (...path: string[]): string => readFileSync(join(repositoryRoot, ...path), 'utf8');

/** A metric's name where it is declared. */
const METRIC = /'[a-z]+(?:_[a-z]+)+'/g;

/** Metrics as the services declare them; the process's own come from prom-client. */
const declared = new Set(sources().flatMap((text) => [...text.matchAll(METRIC)].map(([name]) => name.slice(1, -1))));
const METRIC_IN_QUERY = /\b(?:amocrm_writer|call_ingest|decision_engine|settings_api|kafka|http_server)_[a-z_]+/g;

describe('deploy/', () => {
  it.each([
    ['alerts', 'deploy/alerts/perezvon.rules.yaml'],
    ['dashboard', 'deploy/grafana/perezvon.json'],
  ])('the %s asks only for metrics that a service has', (_what, path) => {
    const asked = new Set(
      [...read(path).matchAll(METRIC_IN_QUERY)].map(([name]) => name.replace(/_(bucket|count|sum)$/, '')),
    );
    expect(asked.size).toBeGreaterThan(5);
    expect([...asked].filter((name) => !declared.has(name))).toEqual([]);
  });

  it('each alert says what to do, and the runbook that it names is there', () => {
    const { groups } = parse(read('deploy/alerts/perezvon.rules.yaml')) as {
      groups: { rules: { alert: string; annotations: { summary: string; action: string } }[] }[];
    };
    const runbooks = readdirSync(join(repositoryRoot, 'docs/runbooks'));
    for (const { alert, annotations } of groups.flatMap(({ rules }) => rules)) {
      expect({ alert, hasAction: annotations.action.length > 10 }).toEqual({ alert, hasAction: true });
      for (const [, page] of annotations.action.matchAll(/docs\/runbooks\/(\S+\.md)/g))
        expect(runbooks).toContain(page);
    }
  });

  it.each(['settings-api', 'call-ingest', 'decision-engine', 'amocrm-writer'])(
    "%s gets from the chart every secret that compose gives it, and nobody else's",
    (name) => {
      const compose = parse(read('docker-compose.yml'), { merge: true }) as {
        services: Record<string, { environment: Record<string, string> }>;
      };
      const given = Object.keys(compose.services[name]?.environment ?? {}).filter((key) => SECRET.test(key));
      const [, block = ''] = new RegExp(`^${name}:\n((?:  .*\n)+)`, 'm').exec(chartServices()) ?? [];
      const { secrets, optionalSecrets } = parse(block) as { secrets: string[]; optionalSecrets: string[] };
      expect([...secrets, ...optionalSecrets].sort()).toEqual(given.sort());
    },
  );
});

const SECRET = /_DATABASE_URL$|_KEYS?$|^AMOCRM_CLIENT_/;

function chartServices(): string {
  return read('deploy/helm/perezvon/templates/_services.tpl');
}

function sources(): string[] {
  return ['apps', 'libs'].flatMap((top) =>
    readdirSync(join(repositoryRoot, top), { recursive: true, encoding: 'utf8' })
      .filter((name) => /(?<!spec)\.ts$/.test(name) && !/node_modules|dist/.test(name) && name.includes('metrics'))
      .map((name) => read(top, name)),
  );
}
