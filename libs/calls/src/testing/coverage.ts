import { readdirSync, readFileSync } from 'node:fs';
import type { CellAction, EffectName } from '@perezvon/contracts';
import { outcomesOf } from './golden.js';
import { writtenOf } from './golden-writing.js';
import { histories } from './histories/all.js';
import { cellRows } from './histories/cells.js';
import type { History } from './histories/history.js';

/** What shows each rule, and each cell × action × direction: docs/rules-coverage.md, made from the specs and goldens. */
export interface Coverage {
  readonly rules: readonly {
    readonly rule: string;
    readonly specs: readonly string[];
    readonly goldens: readonly string[];
    /** Those of the goldens that were recorded for this rule. */
    readonly own: readonly string[];
  }[];
  readonly cells: readonly {
    readonly cell: string;
    readonly action: string;
    readonly direction: 'in' | 'out';
    readonly specs: readonly string[];
    readonly goldens: readonly string[];
  }[];
}

/** R1–R17 of the product's rules. */
const RULES = Array.from({ length: 17 }, (_, index) => `R${index + 1}`);

export function coverage(): Coverage {
  const titles = specTitles();
  // A spec that runs once for each cell says so in its title; one that is skipped is not among the titles.
  const perCell = titles.filter(({ file, title }) => file === 'cells.spec.ts' && title.includes('$title'));
  const shown = histories.map((history) => ({ history, ...shownBy(history) }));
  return {
    rules: RULES.map((rule) => ({
      rule,
      specs: titles
        .filter(({ title }) => new RegExp(`\\b${rule}\\b`).test(title))
        .map(({ file, title }) => `${file}: ${title}`),
      goldens: shown.filter(({ rules }) => rules.has(rule)).map(({ history }) => history.name),
      own: histories.filter((history) => ruleOfName(history).includes(rule)).map(({ name }) => name),
    })),
    cells: (['in', 'out'] as const).flatMap((direction) =>
      cellRows.map(([cell, { action = '' }]) => ({
        cell,
        action: action ?? '',
        direction,
        specs: perCell.map(
          ({ file, title }) => `${file}: ${title.replace('$title', cellTitle(direction, cell, action ?? ''))}`,
        ),
        goldens: shown
          .filter(({ cells }) => cells.has(cellTitle(direction, cell, action ?? '')))
          .map(({ history }) => history.name),
      })),
    ),
  };
}

export const cellTitle = (direction: string, cell: string, action: string) => `${direction}, ${cell}, ${action}`;

/** Titles of the specs as they stand in their sources: this library's, then those of the services and of whole calls. */
function specTitles(): readonly { readonly file: string; readonly title: string }[] {
  const root = new URL('../../../../', import.meta.url);
  return specFolders.flatMap((folder) => {
    const files = readdirSync(new URL(folder, root), { recursive: true, encoding: 'utf8' });
    const specs = files.filter((file) => file.endsWith('.spec.ts') && !file.includes('node_modules'));
    return specs.sort().flatMap((file) => {
      const source = readFileSync(new URL(`${folder}/${file}`, root), 'utf8');
      const titles = source.matchAll(/\b(?:describe|it)(?:\.each\([\s\S]*?\))?\(\s*(['"`])((?:(?!\1).)+)\1/g);
      const shown =
        folder === ownFolder ? file : `${folder.split('/')[1] ?? folder}/${file.split(/[\\/]/).at(-1) ?? file}`;
      return [...titles].map(([, , title = '']) => ({ file: shown, title }));
    });
  });
}

const ownFolder = 'libs/calls/src';
const specFolders = [
  ownFolder,
  'apps/call-ingest/src',
  'apps/decision-engine/src',
  'apps/amocrm-writer/src',
  'apps/settings-api/src',
  'tests/e2e/src',
];

/** R2: by which effects an action is told to have acted. */
const creationsOf: Readonly<Record<CellAction, ReadonlySet<EffectName>>> = {
  create_contact_and_deal: new Set(['contact', 'deal']),
  create_unsorted: new Set(['unsorted']),
  create_contact: new Set(['contact']),
  create_deal_always: new Set(['deal']),
};

/** The rules that a history's decisions, commands, writes and routing answers name, and the cells that it went through. */
function shownBy(history: History): { readonly rules: ReadonlySet<string>; readonly cells: ReadonlySet<string> } {
  const outcomes = outcomesOf(history);
  const decisions = outcomes.flatMap(({ decision }) => (decision ? [decision] : []));
  const commands = outcomes.flatMap((outcome) => outcome.commands);
  const written = writtenOf(history, outcomes);
  const cells = decisions.flatMap(({ cell, direction, effects }) => {
    const action = cell && history.settings.cells?.[cell]?.action;
    // A decision that a filter, a correction or an earlier one kept from creating shows nothing of its cell.
    const isShown = action && effects.some(({ effect }) => creationsOf[action].has(effect));
    return cell && isShown ? [cellTitle(direction, cell, action)] : [];
  });
  return {
    rules: new Set([
      ...ruleOfName(history),
      ...decisions.flatMap(({ reasons }) => reasons.map(({ ruleId }) => ruleId)),
      ...commands.flatMap((command) => (command.type === 'lookup' ? ['R5'] : command.ruleIds)),
      ...written.flatMap(({ resolution }) => resolution.ruleIds),
      ...(history.questions ? ['R13'] : []),
    ]),
    cells: new Set(cells),
  };
}

/** Cells of the table that nothing shows; must stay empty. */
export function gapsIn({ rules, cells }: Coverage): readonly string[] {
  return [
    ...rules.filter(({ specs }) => specs.length === 0).map(({ rule }) => `${rule}: no spec`),
    ...rules.filter(({ goldens }) => goldens.length === 0).map(({ rule }) => `${rule}: no golden`),
    ...cells
      .filter(({ specs }) => specs.length === 0)
      .map(({ direction, cell, action }) => `${cellTitle(direction, cell, action)}: no spec`),
    ...cells
      .filter(({ goldens }) => goldens.length === 0)
      .map(({ direction, cell, action }) => `${cellTitle(direction, cell, action)}: no golden`),
  ];
}

export function coverageText({ rules, cells }: Coverage): string {
  return [
    '# What shows each rule',
    '',
    'Made by `npm run golden` from the titles of the specs and the recorded calls in `libs/calls/golden`; a spec fails when it is',
    'stale or has a gap.',
    '',
    '## Rules',
    '',
    'A call was recorded for a rule (these first), or its decision names the rule all the same.',
    '',
    '| rule | specs | recorded calls |',
    '| --- | --- | --- |',
    ...rules.map(({ rule, specs, goldens, own }) => {
      const others = goldens.filter((name) => !own.includes(name));
      return `| ${rule} | ${list(specs)} | ${[list(own), few(others)].filter((text) => text !== '').join('<br>')} |`;
    }),
    '',
    '## Cell × action × direction',
    '',
    '| direction | cell | action | specs | recorded calls |',
    '| --- | --- | --- | --- | --- |',
    ...cells.map(
      ({ direction, cell, action, specs, goldens }) =>
        `| ${direction} | ${cell} | ${action} | ${list(specs)} | ${list(goldens)} |`,
    ),
    '',
  ].join('\n');
}

const list = (names: readonly string[]) => names.map((name) => name.replaceAll('|', '\\|')).join('<br>');

/** What nearly every call names is told by its number. */
const maxListed = 12;
const few = (names: readonly string[]): string => (names.length > maxListed ? `${names.length} others` : list(names));

/** A history that was recorded for one rule says so in its name: `r03-create-at-the-end`. */
function ruleOfName({ name }: History): readonly string[] {
  const number = /^r(\d\d)-/.exec(name)?.[1];
  return number === undefined ? [] : [`R${Number(number)}`];
}
