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
	const { trouble, report } = await look(line);
	const isKept = report.exchanges.length === 0 && existsSync(pageIn(line.folder));
	if (!isKept) await writeReport(line.folder, report);
	say(inWords(trouble, report, line.folder, isKept));
	if (trouble.length > 0) return 2;
	return report.rows.some(isOdd) ? 1 : 0;
}

interface Looked {
	/** As it was; the report has names replaced. */
	trouble: string[];
	report: Report;
}

async function look(line: CommandLine): Promise<Looked> {
	try {
		return await lookAsAsked(await line.read(), line.folder);
	} catch (error) {
		if (!(error instanceof BadInput)) throw error;
		return { trouble: [error.message], report: await reportOf('none', [error.message], []) };
	}
}

/** Ctrl-C leaves the report of what was seen until then. */
async function lookAsAsked(options: LiveOptions, folder: string): Promise<Looked> {
	return await showProgress('Magnific', async (onStep) => {
		const session = new LiveSession(options, onStep);
		const cancel = onShutdown(async () => {
			session.trouble.push('It was ended from outside.');
			await writeReport(folder, await session.report());
		});
		await session.go();
		cancel();
		return { trouble: session.trouble, report: await session.report() };
	});
}

const pageIn = (folder: string): string => join(folder, 'index.html');

const isOdd = ({ verdict }: Report['rows'][number]): boolean =>
	verdict === 'differs' || verdict === 'breaks';

function inWords(trouble: string[], { rows }: Report, folder: string, isKept: boolean): string {
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
