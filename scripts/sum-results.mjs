// The closing line of CI: what Vitest and the documentation examples themselves counted, added up.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { results } from './vitest.mjs';

const files = existsSync(results) ? readdirSync(results).filter((name) => name.endsWith('.json')) : [];
const sum = { passed: 0, failed: 0, skipped: 0 };
for (const file of files) {
  const result = JSON.parse(readFileSync(join(results, file), 'utf8'));
  sum.passed += result.numPassedTests;
  sum.failed += result.numFailedTests;
  sum.skipped += result.numPendingTests + result.numTodoTests;
  // A file that could not even be loaded failed, though none of its tests did.
  sum.failed += result.testResults.filter(({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0).length;
}
console.log(`${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped`);
process.exit(sum.failed === 0 && sum.passed > 0 && (sum.skipped === 0 || process.env.LATCHKEY_REQUIRE_ALL !== '1') ? 0 : 1);
