/**
 * `npm run test:soak`: all cells of the fault matrix, thousands of random nights, and the tests that
 * repeat what they do on a real n8n with all their repetitions, instead of the few of `npm test`:
 * every file that imports test/soak. Takes about two hours and a half.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './lib/paths';

const repeats = (file: string): boolean =>
	/from '(\.\.\/)+soak'/.test(readFileSync(join(ROOT, 'test', file), 'utf8'));
const files = readdirSync(join(ROOT, 'test'), { recursive: true, encoding: 'utf8' })
	.filter((file) => file.endsWith('.test.ts') && repeats(file))
	.map((file) => file.replaceAll('\\', '/').replace(/\.test\.ts$/, ''));

process.env['MAGNIFIC_SOAK'] = '1';
process.argv.push('engine', 'n8n', `--testPathPatterns=test/(${files.join('|')})\\.test`);
void import('./test');
