import { FAULT_KINDS } from '../faults/fault-kinds.js';
import { RULE_PARAMETERS } from '../faults/fault-rule.js';
import { type ParameterTable } from '../parameter.js';
import { SWITCHES } from '../settings.js';

/** `GET /_emulator/catalogue`: every switch and every kind of fault with its parameters, as a page has to draw them. */
export function catalogue() {
  return {
    switches: named(SWITCHES),
    faults: Object.entries(FAULT_KINDS).map(([kind, { moment, label, parameters }]) => ({
      kind,
      moment,
      label,
      parameters: named(parameters),
    })),
    faultRule: named(RULE_PARAMETERS),
  };
}

function named(table: ParameterTable) {
  return Object.entries(table).map(([name, { accepts: _, ...shown }]) => ({ name, ...shown }));
}
