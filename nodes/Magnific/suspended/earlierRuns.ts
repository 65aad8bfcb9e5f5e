import type { RunOfItem } from './callbackUrl';

/** Some services take no URL that is much longer than so many ids make it. */
const RUNS_IN_A_URL = 6;

/**
 * The runs whose ids n8n has not saved, dealt out over the callback URLs of those that are started
 * later: where the process that knows them ends, each later callback tells another one of some.
 */
export class EarlierRuns {
	private untold: RunOfItem[] = [];

	private told: RunOfItem[] = [];

	add(run: RunOfItem): void {
		this.untold.push(run);
	}

	/** What the next URL tells of: those that none has told of yet, then those told of longest ago. */
	next(): RunOfItem[] {
		const runs = this.untold.splice(0, RUNS_IN_A_URL);
		runs.push(...this.told.splice(0, RUNS_IN_A_URL - runs.length));
		this.told.push(...runs);
		return runs;
	}
}
