import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LoggerProxy } from 'n8n-workflow';

const folder = mkdtempSync(join(tmpdir(), 'magnific-engine-log-'));
const file = join(folder, 'n8n.log');

// Read when n8n-core is loaded, so this file is imported before it.
process.env['N8N_LOG_OUTPUT'] = 'file';
process.env['N8N_LOG_LEVEL'] = 'debug';
process.env['N8N_LOG_FILE_LOCATION'] = file;

const END = 'All tests of this file are over';
const MOST_LOOKS = 200;

/** What n8n has logged in this file of tests so far, as far as it is written. */
export const logSoFar = async (): Promise<string> => await readFile(file, 'utf8').catch(() => '');

/** All that n8n logged, down to debug; the log ends with this. */
export const closeLog = async (): Promise<string> => {
	LoggerProxy.info(END);
	for (let look = 0; look < MOST_LOOKS; look += 1) {
		const text = await readFile(file, 'utf8').catch(() => '');
		if (text.includes(END)) {
			rmSync(folder, { recursive: true, force: true });
			return text;
		}
		await sleep(10);
	}
	throw new Error('n8n wrote no log');
};
