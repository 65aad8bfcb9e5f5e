import { ON_ITS_WAY, hasNoResult, type LedgerEntry } from './ledger';
import type { LedgerPage } from './ledgerPage';
import type { NodeRuns } from './reuse';
import type { Clock } from '../api/clock';
import type { Run } from '../api/types';

/** What may be taken up, and for which slots. */
export interface Reusing {
	runs: NodeRuns;
	/** By slot, the key of what its run is started for; a slot without one starts its own. */
	keys: ReadonlyMap<string, string>;
	/** Ms since the epoch: earlier runs are not taken up. */
	notBefore: number;
	clock: Clock;
}

/** A ledger that also takes up what other items and executions have started for the same. */
export interface ReuseLedger extends LedgerPage {
	/** Takes up a run that was started before; `ended` where its end was read. */
	takeUp(slot: string, entry: LedgerEntry, ended?: Run): void;
}

const aborted = async (signal: AbortSignal, until: AbortSignal): Promise<void> => {
	await new Promise<void>((resolve) => {
		signal.addEventListener(
			'abort',
			() => {
				resolve();
			},
			{ once: true, signal: until },
		);
	});
};

/** Resolves when the answer is there, or the signal is aborted. */
const eitherOf = async (answer: Promise<void>, signal: AbortSignal | undefined): Promise<void> => {
	if (signal === undefined) await answer;
	else {
		const over = new AbortController();
		await Promise.race([answer, aborted(signal, over.signal)]);
		over.abort();
	}
};

/** Puts the runs of the node over executions behind the page of this execution, which stays first. */
export const reusing = (
	page: LedgerPage,
	{ runs, keys, notBefore, clock }: Reusing,
): ReuseLedger => {
	const releases = new Map<string, () => void>();
	const ended = new Map<string, Run>();

	const release = (slot: string): void => {
		releases.get(slot)?.();
		releases.delete(slot);
	};

	const takeUp = (slot: string, entry: LedgerEntry, run?: Run): void => {
		page.remember(slot, { ...entry, reused: true });
		if (run) ended.set(slot, run);
	};

	return {
		...page,
		takeUp,
		recall(slot) {
			const entry = page.recall(slot);
			const run = ended.get(slot);
			return entry && run && 'run_id' in entry ? { ...entry, ended: run } : entry;
		},
		async claim(slot, signal) {
			const key = keys.get(slot);
			if (key === undefined) return undefined;
			for (
				let answer = runs.memory.answerTo(key);
				answer !== undefined && signal?.aborted !== true;
				answer = runs.memory.answerTo(key)
			) {
				await eitherOf(answer, signal);
			}
			if (signal?.aborted === true) return undefined;
			const known = runs.recall(key, notBefore);
			if (known === undefined) {
				releases.set(slot, runs.memory.begin(key));
				return undefined;
			}
			takeUp(slot, 'run_id' in known ? { run_id: known.run_id } : { unknown: known.unknown });
			return page.recall(slot);
		},
		remember(slot, entry) {
			page.remember(slot, entry);
			const key = keys.get(slot);
			if (entry === ON_ITS_WAY || key === undefined) return;
			runs.note(
				key,
				'run_id' in entry
					? { run_id: entry.run_id, at: clock.now() }
					: { unknown: entry.unknown, at: clock.now() },
			);
			release(slot);
		},
		forget(slot) {
			page.forget(slot);
			release(slot);
		},
		saw(slot, run) {
			page.saw(slot, run);
			const key = keys.get(slot);
			if (key !== undefined && hasNoResult(run)) runs.forget(key, run.run_id);
		},
		sharedBy: (slot) => keys.get(slot) ?? slot,
	};
};
