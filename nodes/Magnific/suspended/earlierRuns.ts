import { lengthOf, type RunOfItem } from './callbackUrl';

/**
 * The runs whose ids n8n has not saved, dealt out over the callback URLs of those that are started
 * later: where the process that knows them ends, each later callback tells another one of some.
 */
export class EarlierRuns {
	private readonly untold: RunOfItem[] = [];

	private readonly told: RunOfItem[] = [];

	add(run: RunOfItem): void {
		this.untold.push(run);
	}

	/**
	 * What the next URL tells of, as far as it has room for: those that none has told of yet, then
	 * those told of longest ago.
	 *
	 * @param room in letters
	 */
	next(room: number): RunOfItem[] {
		const runs: RunOfItem[] = [];
		let left = room;
		for (const from of [this.untold, this.told]) {
			for (;;) {
				const [run] = from;
				if (!run || lengthOf(run) > left) break;
				left -= lengthOf(run);
				runs.push(run);
				from.shift();
			}
		}
		this.told.push(...runs);
		return runs;
	}
}
