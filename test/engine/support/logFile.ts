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

const MOST_LOOKS = 200;
let marks = 0;

/** All that n8n has logged so far, down to debug. */
export const readLog = async (): Promise<string> => {
	marks += 1;
	const mark = `So much was logged: ${String(marks)}.`;
	LoggerProxy.info(mark);
	for (let look = 0; look < MOST_LOOKS; look += 1) {
		const text = await readFile(file, 'utf8').catch(() => '');
		if (text.includes(mark)) return text;
		await sleep(10);
	}
	throw new Error('n8n wrote no log');
};

/** All that n8n logged; the log ends with this. */
export const closeLog = async (): Promise<string> => {
	const text = await readLog();
	rmSync(folder, { recursive: true, force: true });
	return text;
};
