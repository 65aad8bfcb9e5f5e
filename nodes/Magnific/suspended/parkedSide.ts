import type { IExecuteFunctions } from 'n8n-workflow';
import { systemClock } from '../api/clock';
import { isRecord } from '../api/guards';
import type { Submission } from '../runs/submit';
import { callbackUrl, type RunOfItem } from './callbackUrl';
import { callSelf } from './callSelf';
import { noteLate } from './late';
import type { ParkMemory } from './looks';
import { PROCESS } from './memories';
import { newsOf } from './news';
import type { Park } from './state';
import type { ParkedSide, Submissions } from './submissions';

/** So many runs of others one URL tells of: some services take no URL that is much longer. */
const EARLIER_RUNS = 6;

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
	/** The runs that n8n has not saved, those first that URLs have told of least. */
	const unsaved: RunOfItem[] = [];

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
			if (submission.kind === 'started') unsaved.push({ itemIndex, run_id: submission.run_id });
		},
		callbackUrl(itemIndex) {
			const earlier = unsaved.splice(0, EARLIER_RUNS);
			unsaved.push(...earlier);
			return callbackUrl(park.resumeUrl, park, itemIndex, earlier);
		},
		async tell() {
			const told = new Map(untold);
			const going =
				submissions.isLimited && isElsewhere()
					? [...submissions.outcomes.keys()].filter((itemIndex) => !isOver(itemIndex))
					: [];
			const news = { ...newsOf(told), isShared: answeredBy.size > 1, going };
			const { heard, body } = await callSelf(context, park, 'submitting', news);
			if (heard !== 'taken') return heard;
			for (const [itemIndex, submission] of told) {
				if (untold.get(itemIndex) === submission) untold.delete(itemIndex);
			}
			const { by, over } = isRecord(body) ? body : {};
			if (by !== undefined) answeredBy.add(by);
			for (const itemIndex of Array.isArray(over) ? over : []) overElsewhere.add(Number(itemIndex));
			return heard;
		},
	};
};
