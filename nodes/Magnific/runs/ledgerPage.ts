import { isRecord } from '../api/guards';
import { ledgerIn, ON_ITS_WAY, type Ledger, type LedgerEntry } from './ledger';
import type { KnownRun } from './types';

/** A run as the page lists it: saved with the execution. */
interface StartedRun extends KnownRun {
	slot: string;
	/** The execution that started it. */
	execution: string;
}

/** What is saved of one run of the node, over all tries and over n8n's own Retry. */
interface Page {
	runIndex: number;
	/** The execution that `spent` is about. */
	execution: string;
	slots: Record<string, unknown>;
	runs: StartedRun[];
	/** Credits that this execution has spent, by slot: of runs that failed and of unknown ones too. */
	spent: Record<string, number>;
	/** Slots whose run is over for so long that its files are gone, and the execution that said so. */
	told: Record<string, string | null>;
}

/** A submission as the page books it. */
export interface Booked {
	itemIndex: number;
	slot: string;
	app: { total_cost: number | null };
}

export interface PageOptions {
	/** Which run of the node in the execution: in a loop it runs many times. */
	runIndex: number;
	/** Empty for a workflow that was never saved. */
	executionId: string;
	/** Calls of an agent share a page, and may come at the same time. */
	isAgentTool: boolean;
	/** Told of each run that is started as its id is known. */
	onStarted: (itemIndex: number, run_id: string) => void;
}

/** The ledger of one run of the node: it also knows what was started in which try, and its cost. */
export interface LedgerPage extends Ledger {
	/** Tells of which items the slots are that are going to be submitted. */
	book(runs: Booked[]): void;
	/** All runs that the tries have started, with the status last seen, by item. */
	runs(): KnownRun[];
	/**
	 * Credits that the tries of this execution have spent so far; as an agent's tool, on these slots
	 * alone, since all calls share the page.
	 */
	spent(slots: string[]): number;
	/** True where another execution, which n8n's Retry goes on with, has started the slot's run. */
	isTakenOver(slot: string): boolean;
	/** True where another item, or an execution that this one does not go on with, has started the slot's run. */
	isReused(slot: string): boolean;
	/** The same for slots of which one run is enough. */
	sharedBy(slot: string): string;
	/** Notes that the user was told of a run whose files are gone: another execution may start it anew. */
	toldExpired(slot: string): void;
	/** An agent has the result: the same call again is another submission. */
	deliver(slot: string): void;
}

const KEY = 'ledger';

const isPage = (value: unknown): value is Page =>
	isRecord(value) &&
	typeof value.runIndex === 'number' &&
	typeof value.execution === 'string' &&
	isRecord(value.slots) &&
	Array.isArray(value.runs) &&
	isRecord(value.spent) &&
	isRecord(value.told);

/** The page of this run of the node. That of an earlier round is over: nothing executes it again. */
const pageIn = (store: Record<string, unknown>, runIndex: number, execution: string): Page => {
	const saved = store[KEY];
	if (isPage(saved) && saved.runIndex === runIndex) {
		if (saved.execution !== execution) Object.assign(saved, { execution, spent: {} });
		return saved;
	}
	const page: Page = { runIndex, execution, slots: {}, runs: [], spent: {}, told: {} };
	store[KEY] = page;
	return page;
};

/**
 * Opens the ledger in the node's context (`store`): it survives every try of an execution and is
 * saved with it (seen on n8n 2.41.1), so n8n's Retry of a failed execution finds it too.
 */
export const openLedger = (
	store: Record<string, unknown>,
	{ runIndex, executionId, isAgentTool, onStarted }: PageOptions,
): LedgerPage => {
	const page = pageIn(store, runIndex, executionId);
	const slots = ledgerIn(page.slots);
	const booked = new Map<string, Booked>();
	const sending = new Set<string>();
	const started = new Map(page.runs.map((run) => [run.run_id, run]));

	const recall = (slot: string): LedgerEntry | undefined => {
		const told = page.told[slot];
		return told === undefined || told === null || told === executionId
			? slots.recall(slot)
			: undefined;
	};

	const charge = (slot: string, credits: number): void => {
		page.spent[slot] = (page.spent[slot] ?? 0) + credits;
	};

	const costOf = (slot: string): number => booked.get(slot)?.app.total_cost ?? 0;

	return {
		recall,
		claim: async (slot) => await slots.claim(slot),
		remember(slot, entry) {
			if (entry === ON_ITS_WAY) {
				sending.add(slot);
				charge(slot, costOf(slot));
				page.told[slot] = null;
				if (isAgentTool) return;
			} else {
				sending.delete(slot);
			}
			slots.remember(slot, entry);
			if (!('run_id' in entry)) return;
			const { run_id } = entry;
			const itemIndex = booked.get(slot)?.itemIndex ?? 0;
			const run = { itemIndex, run_id, status: 'running', slot, execution: executionId };
			page.runs.push(run);
			started.set(run_id, run);
			if (entry.reused !== true) onStarted(itemIndex, run_id);
		},
		forget(slot) {
			// What was certainly not started costs nothing; a run that failed has cost its credits.
			if (sending.delete(slot)) charge(slot, -costOf(slot));
			slots.forget(slot);
		},
		book(runs) {
			for (const run of runs) booked.set(run.slot, run);
		},
		runs: () =>
			page.runs
				.map(({ itemIndex, run_id, status }) => ({ itemIndex, run_id, status }))
				.sort((a, b) => a.itemIndex - b.itemIndex),
		spent: (ofSlots) =>
			(isAgentTool
				? ofSlots.map((slot) => page.spent[slot] ?? 0)
				: Object.values(page.spent)
			).reduce((sum, credits) => sum + credits, 0),
		isTakenOver(slot) {
			const entry = recall(slot);
			if (entry === undefined || !('run_id' in entry)) return false;
			return started.get(entry.run_id)?.execution !== executionId;
		},
		isReused: (slot) => recall(slot)?.reused === true,
		sharedBy: (slot) => slot,
		saw(slot, run) {
			const own = started.get(run.run_id);
			if (own) own.status = run.status;
			slots.saw(slot, run);
		},
		toldExpired(slot) {
			page.told[slot] = executionId;
		},
		deliver(slot) {
			slots.forget(slot);
			page.spent[slot] = 0;
			page.runs = page.runs.filter((run) => run.slot !== slot);
		},
	};
};
