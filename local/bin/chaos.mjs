#!/usr/bin/env node
/** npm run chaos: injects the faults of the matrix, and writes docs/measurements/chaos.{json,md}. */
import { measure } from './measure.mjs';

await measure('tests/chaos');
