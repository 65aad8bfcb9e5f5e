import type { IExecuteFunctions } from 'n8n-workflow';
import { systemClock } from '../api/clock';
import { isRecord } from '../api/guards';
import type { Submission } from '../runs/submit';
import { callbackUrl, roomIn } from './callbackUrl';
import { callSelf } from './callSelf';
import { EarlierRuns } from './earlierRuns';
import { noteLate } from './late';
import type { ParkMemory } from './looks';
import { PROCESS } from './memories';
import { newsOf } from './news';
import type { Park } from './state';
import type { ParkedSide, Submissions } from './submissions';

/**
 * The parked execution as its submissions see it, from the process that makes them: what comes of
 * them goes into the memory of this process, and by self-calls into that of the one that gets the
 * callbacks, which may be another.
 */
export const parkedSide = (
	context: IExecuteFunctions,
	park: Park,
	memory: ParkMemory,
	submissions: Submissions,
): ParkedSide => {
	const queued = new Set(park.queued.map(({ itemIndex }) => itemIndex));
	const untold = new Map<number, Submission>();
	const overElsewhere = new Set<number>();
	const answeredBy = new Set<unknown>();
	const earlierRuns = new EarlierRuns();

	const isElsewhere = (): boolean => [...answeredBy].some((by) => by !== PROCESS);
	const isOver = (itemIndex: number): boolean => {
		const submission = submissions.outcomes.get(itemIndex);
		if (submission?.kind !== 'started') return true;
		return overElsewhere.has(itemIndex) || memory.settled.has(submission.run_id);
	};

	return {
		isElsewhere,
		isOver,
		endsAt: () => park.deadline,
		note(itemIndex, submission) {
			if (!queued.has(itemIndex)) return;
			untold.set(itemIndex, submission);
			noteLate(memory, itemIndex, submission, systemClock.now());
			if (submission.kind === 'started') earlierRuns.add({ itemIndex, run_id: submission.run_id });
		},
		callbackUrl(itemIndex) {
			const url = callbackUrl(park.resumeUrl, park, itemIndex);
			return callbackUrl(park.resumeUrl, park, itemIndex, earlierRuns.next(roomIn(url)));
		},
		async tell() {
			const news = new Map(untold);
			const going =
				submissions.isLimited && isElsewhere()
					? [...submissions.outcomes.keys()].filter((itemIndex) => !isOver(itemIndex))
					: [];
			const { heard, body } = await callSelf(context, park, 'submitting', {
				...newsOf(news),
				isShared: answeredBy.size > 1,
				going,
			});
			if (heard !== 'taken') return heard;
			for (const [itemIndex, submission] of news) {
				if (untold.get(itemIndex) === submission) untold.delete(itemIndex);
			}
			const { by, over } = isRecord(body) ? body : {};
			if (by !== undefined) answeredBy.add(by);
			for (const itemIndex of Array.isArray(over) ? over : []) overElsewhere.add(Number(itemIndex));
			return heard;
		},
	};
};
