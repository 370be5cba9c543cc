import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

/**
 * Leaves one file per project in the directory PEREZVON_TEST_RESULTS, for the sum that `npm test` prints.
 * A spec file that cannot even run counts as one failed test.
 */
export default class CountReporter {
  onRunComplete(_contexts, results) {
    const counts = {
      rootDir: process.cwd(),
      passed: results.numPassedTests,
      failed: results.numFailedTests + results.numRuntimeErrorTestSuites,
      skipped: results.numPendingTests + results.numTodoTests,
      failures: results.testResults.flatMap(failuresOf),
    };
    writeFileSync(join(process.env.PEREZVON_TEST_RESULTS, `${randomUUID()}.json`), JSON.stringify(counts));
  }
}

/** @returns what failed in a spec file, each with the head of its message */
function failuresOf({ testFilePath, testResults, testExecError }) {
  const failed = testResults.filter(({ status }) => status === 'failed');
  const told = failed.map(({ fullName, failureMessages }) => ({
    what: fullName,
    message: headOf(failureMessages.join('\n')),
  }));
  if (testExecError)
    told.push({ what: relative(process.cwd(), testFilePath), message: headOf(testExecError.message ?? '') });
  return told;
}

/** Without colours and without the test runner's own frames. */
function headOf(message) {
  const lines = stripVTControlCharacters(message).split('\n');
  return lines
    .filter((line) => !/^\s+at .*node_modules/.test(line))
    .slice(0, 25)
    .join('\n');
}
