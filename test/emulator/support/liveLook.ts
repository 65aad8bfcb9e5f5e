import type { LiveOptions, RunOptions } from '../../../scripts/lib/live/options';
import { reportPage, type Report } from '../../../scripts/lib/live/page';
import { LiveSession } from '../../../scripts/lib/live/session';
import { APPS } from './apps';

export interface Looked extends Report {
	/** The report as HTML. */
	page: string;
	/** The ids of what is not as assumed. The vendor's description is not everywhere at hand. */
	odd: string[];
}

/** A run that costs 2 credits and needs no inputs. */
export const cheapRun = (more: Partial<RunOptions> = {}): RunOptions => ({
	appId: APPS.surpriseMe,
	inputs: {},
	maxCredits: 2,
	...more,
});

/** Looks at a server as `npm run live` does, without writing anything. */
export async function look(options: LiveOptions): Promise<Looked> {
	const session = new LiveSession(options);
	await session.go();
	const report = await session.report();
	const odd = report.rows.filter(
		({ id, verdict }) => ['differs', 'breaks'].includes(verdict) && id !== 'vendor.openapi',
	);
	return { ...report, page: reportPage(report), odd: odd.map(({ id }) => id) };
}
