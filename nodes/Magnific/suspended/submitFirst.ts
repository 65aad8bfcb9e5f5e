import type { IExecuteFunctions } from 'n8n-workflow';
import type { RunApi } from '../api/client';
import type { Pacing } from '../api/retry';
import type { Ledger } from '../runs/ledger';
import { callSelf } from './callSelf';
import { isErrorOfN8n } from './heard';
import type { Park } from './state';
import { Submissions, type ItemRun, type SubmissionOptions } from './submissions';
import { parkingOf } from './tries';

/**
 * Submits what goes at once; the rest waits for the park. Where the execution cannot reach itself
 * under its own address, nobody could say after the park whether it still waits, so all is submitted
 * before. So it is where each run `isToBeKept`: n8n saves what is known at the park, and nothing
 * after it. A further try of *Retry On Fail* gets the submissions of the one that parked.
 */
export const submitFirst = async (
	context: IExecuteFunctions,
	runs: ItemRun[],
	own: Pick<Park, 'id' | 'secret' | 'resumeUrl'>,
	seams: Pacing & { api: RunApi; ledger: Ledger },
	options: SubmissionOptions,
	isToBeKept: boolean,
): Promise<Submissions> => {
	const earlier = parkingOf(context)?.submissions;
	const submissions = earlier ?? new Submissions(seams, options);
	submissions.add(runs);
	// Runs that wait for others' ends would wait for callbacks that n8n refuses before the park.
	if (isToBeKept && !submissions.isLimited) {
		await submissions.all();
		return submissions;
	}
	await submissions.firstBurst();
	if (!earlier && submissions.isWaiting) {
		const { heard, body } = await callSelf(context, own, 'look');
		// It still runs, so n8n takes no call for it; what counts is that n8n is there.
		if (heard !== 'running' && !isErrorOfN8n(body)) await submissions.all();
	}
	return submissions;
};
