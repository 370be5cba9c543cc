import { answerFaults } from './faults/answers.js';
import { brokerFaults } from './faults/brokers.js';
import { clockFaults } from './faults/clocks.js';
import { databaseFaults } from './faults/databases.js';
import { type Fault } from './faults/fault.js';
import { lifeFaults } from './faults/lives.js';
import { neighbourFaults } from './faults/neighbours.js';
import { stopFaults } from './faults/stops.js';
import { tokenFaults } from './faults/tokens.js';

/** The rows of faults.md that one machine allows. */
export const matrix: readonly Fault[] = [
  ...answerFaults,
  ...stopFaults,
  ...lifeFaults,
  ...brokerFaults,
  ...databaseFaults,
  ...clockFaults,
  ...tokenFaults,
  ...neighbourFaults,
];
