import { isRecord } from '../api/guards';
import { isEntry } from './ledger';

/** A submission that may be taken up for the same thing. `at`: when it was made, ms since the epoch. */
export type ReusableRun = ({ run_id: string } | { unknown: string }) & { at: number };

/** As many are kept in a process, and saved of a node; the oldest go first. */
export const MOST_REUSABLE = 5_000;

const isReusable = (value: unknown): value is ReusableRun =>
	isEntry(value) && 'at' in value && typeof value.at === 'number';

const newestOf = (runs: Array<[string, ReusableRun]>): Array<[string, ReusableRun]> =>
	runs.toSorted(([, a], [, b]) => a.at - b.at).slice(-MOST_REUSABLE);

/** What all nodes of one process have started, by a key that stands for the node and the thing. */
export class ReuseMemory {
	private readonly runs = new Map<string, ReusableRun>();

	/** Answers that are waited for. */
	private readonly underWay = new Map<string, Promise<void>>();

	recall(key: string): ReusableRun | undefined {
		return this.runs.get(key);
	}

	note(key: string, run: ReusableRun): void {
		this.runs.delete(key);
		this.runs.set(key, run);
		const [oldest] = this.runs.keys();
		if (oldest !== undefined && this.runs.size > MOST_REUSABLE) this.runs.delete(oldest);
	}

	forget(key: string): void {
		this.runs.delete(key);
	}

	/** Those whose key starts so. */
	startingWith(prefix: string): Array<[string, ReusableRun]> {
		return [...this.runs].filter(([key]) => key.startsWith(prefix));
	}

	/** Resolves when somebody knows what became of the submission; undefined where nobody makes one. */
	answerTo(key: string): Promise<void> | undefined {
		return this.underWay.get(key);
	}

	/** Makes others wait for a submission, until the returned function is called. */
	begin(key: string): () => void {
		let end = (): void => undefined;
		const answer = new Promise<void>((resolve) => {
			end = resolve;
		});
		this.underWay.set(key, answer);
		return () => {
			if (this.underWay.get(key) === answer) this.underWay.delete(key);
			end();
		};
	}
}

/** One for the whole process: n8n saves nothing of an execution in the editor. */
export const reuseMemory = new ReuseMemory();

/** What one node has started: as this process knows it, and as n8n has saved it; the later one counts. */
export class NodeRuns {
	private readonly saved: Map<string, ReusableRun>;

	/** `node` starts the keys of its runs. `saved`: what `toSave` gave in an earlier execution. */
	constructor(
		readonly memory: ReuseMemory,
		private readonly node: string,
		saved: unknown,
	) {
		const entries = Object.entries(isRecord(saved) ? saved : {});
		this.saved = new Map(
			entries.flatMap(([key, run]) => (isReusable(run) ? [[key, run] as const] : [])),
		);
	}

	/** The key of a thing that this node may start. */
	keyOf(thing: string): string {
		return `${this.node}:${thing}`;
	}

	/** What was started at `notBefore` (ms since the epoch) or later. */
	recall(key: string, notBefore: number): ReusableRun | undefined {
		const [known, saved] = [this.memory.recall(key), this.saved.get(key)];
		const run = known && saved ? (known.at >= saved.at ? known : saved) : (known ?? saved);
		return run && run.at >= notBefore ? run : undefined;
	}

	note(key: string, run: ReusableRun): void {
		this.memory.note(key, run);
	}

	/** For a run that is of no use: others may have started another one since. */
	forget(key: string, run_id: string): void {
		const isIt = (run: ReusableRun | undefined): boolean =>
			run !== undefined && 'run_id' in run && run.run_id === run_id;
		if (isIt(this.memory.recall(key))) this.memory.forget(key);
		if (isIt(this.saved.get(key))) this.saved.delete(key);
	}

	/** All that was started at `notBefore` or later, to be saved as JSON. */
	toSave(notBefore: number): Record<string, ReusableRun> {
		const own = this.memory.startingWith(this.keyOf(''));
		const keys = new Set([...this.saved.keys(), ...own.map(([key]) => key)]);
		return Object.fromEntries(
			newestOf(
				[...keys].flatMap((key) => {
					const run = this.recall(key, notBefore);
					return run ? [[key, run] as [string, ReusableRun]] : [];
				}),
			),
		);
	}
}
