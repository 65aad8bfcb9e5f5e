import type { AppSummary, Run } from '../api/types';
import type { Failure } from './failures';
import { expiresAt, filesOf } from './output';

/** Whether a run that was taken up again is over for so long that its files cannot be had. `now` in ms since the epoch. */
export const isExpired = (run: Run, now: number): boolean => {
	const end = Date.parse(expiresAt(run) ?? '');
	return !Number.isNaN(end) && end <= now && filesOf(run.result).length > 0;
};

/** What an item comes to whose run an earlier execution has started, and whose files are gone. */
export const expiredFailure = (
	itemIndex: number,
	app: AppSummary | undefined,
	run: Run,
): Failure => ({
	itemIndex,
	message: `Run ${run.run_id}, which an earlier execution has started, is ${run.status}, but the links to its files have expired (${String(expiresAt(run))})`,
	advice:
		'Look among the recent creations in Magnific for its files, or retry this execution once more: then a new run is started for this item, which costs credits again.',
	details: {
		run_id: run.run_id,
		app_id: app?.sqid ?? run.app_id,
		app_name: app?.name ?? null,
		status: run.status,
		expires_at: expiresAt(run),
	},
});
