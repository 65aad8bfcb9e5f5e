import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { showProgress } from '../progress';
import { onShutdown } from '../shutdown';
import { BadInput, type CommandLine, type LiveOptions } from './options';
import type { Report } from './page';
import { reportOf } from './report';
import { LiveSession } from './session';
import { writeReport } from './write';

/** 0: all that was seen is as assumed. 1: something is not. 2: it could not be looked at as asked. */
export type ExitCode = 0 | 1 | 2;

/** Does what the command line asks, writes the report in any case, and says what is in it. */
export async function runLive(
	line: CommandLine,
	say: (text: string) => void = console.log,
): Promise<ExitCode> {
	const options = await read(line);
	const report =
		options instanceof BadInput
			? await reportOf('', [options.message], [])
			: await sessionReport(options, line.folder);
	const isKept = report.exchanges.length === 0 && existsSync(pageIn(line.folder));
	if (!isKept) await writeReport(line.folder, report);
	say(inWords(report, line.folder, isKept));
	if (report.trouble.length > 0) return 2;
	return report.rows.some(isOdd) ? 1 : 0;
}

async function read(line: CommandLine): Promise<LiveOptions | BadInput> {
	try {
		return await line.read();
	} catch (error) {
		if (error instanceof BadInput) return error;
		throw error;
	}
}

/** Ctrl-C leaves the report of what was seen until then. */
async function sessionReport(options: LiveOptions, folder: string): Promise<Report> {
	return await showProgress('Magnific', async (onStep) => {
		const session = new LiveSession(options, onStep);
		const cancel = onShutdown(async () => {
			const trouble = [...session.trouble, 'It was ended from outside.'];
			await writeReport(folder, await reportOf(options.baseUrl, trouble, session.exchanges()));
		});
		await session.go();
		cancel();
		return await reportOf(options.baseUrl, session.trouble, session.exchanges());
	});
}

const pageIn = (folder: string): string => join(folder, 'index.html');

const isOdd = ({ verdict }: Report['rows'][number]): boolean =>
	verdict === 'differs' || verdict === 'breaks';

function inWords({ rows, trouble }: Report, folder: string, isKept: boolean): string {
	const count = (verdict: string): string =>
		String(rows.filter((row) => row.verdict === verdict).length);
	const odd = rows
		.filter(isOdd)
		.map(({ id, says, seen, verdict }) => `${verdict} ${id}: ${says}; seen: ${seen}`);
	const page = relative(process.cwd(), pageIn(folder));
	return [
		...trouble,
		...odd,
		`${count('holds')} assumptions hold, ${count('differs')} differ, ${count('breaks')} break, ${count('unseen')} were not seen.`,
		isKept ? `Nothing was sent; the report of before stays: ${page}` : `Report: ${page}`,
	].join('\n');
}
