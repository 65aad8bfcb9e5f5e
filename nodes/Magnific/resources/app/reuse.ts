import type { IExecuteFunctions } from 'n8n-workflow';
import { settle } from '../../api/errors';
import { withRetries } from '../../api/retry';
import { keyDigest } from '../../api/settings';
import { isEnded, type Run } from '../../api/types';
import type { BatchOptions } from '../../batch/options';
import type { Batch } from '../../batch/runBatch';
import { showHints } from '../../batch/showHints';
import { contentDigests } from '../../files/contentDigests';
import { isExpired } from '../../runs/expired';
import { digestOf, hasNoResult, inInputs } from '../../runs/ledger';
import type { LedgerPage } from '../../runs/ledgerPage';
import { keylessHints } from '../../runs/notes';
import { NodeRuns, reuseMemory, type ReusableRun } from '../../runs/reuse';
import { reusing, type ReuseLedger } from '../../runs/reuseLedger';
import type { PlannedRun } from './plan';
import { filesIn } from './uploadInputs';

const HOUR_MS = 3_600_000;
/** A run that Magnific does not know yet may be known soon; later it is gone. */
const KNOWN_WITHIN_MS = 5 * 60_000;
const LOOK_TRIES = 3;
const SAVED = 'reuse';

const isOfUse = (run: Run, { options: { onPartial } }: PlannedRun, now: number): boolean =>
	!hasNoResult(run) &&
	!(run.status === 'completed_with_errors' && onPartial === 'error') &&
	!isExpired(run, now);

/** By slot, what stands for the thing that its run is started for. */
const keysOf = async (
	context: IExecuteFunctions,
	{ settings }: Batch,
	planned: PlannedRun[],
	runs: NodeRuns,
): Promise<Map<string, string>> => {
	const byInputs = planned.filter(({ reuseKey }) => reuseKey === null);
	const contents = await contentDigests(
		context,
		byInputs.flatMap(({ inputs }) => filesIn(inputs)),
	);
	const thingOf = ({ inputs, reuseKey }: PlannedRun): unknown => {
		if (reuseKey === '') return undefined;
		if (reuseKey !== null) return { key: reuseKey };
		if (filesIn(inputs).some(({ fileKey }) => !contents.has(fileKey))) return undefined;
		return inInputs(inputs, ({ fileKey }) => contents.get(fileKey));
	};
	const account = keyDigest(settings);
	return new Map(
		planned.flatMap((run) => {
			const thing = thingOf(run);
			if (thing === undefined) return [];
			return [[run.slot, runs.keyOf(digestOf([account, run.app.sqid, thing]))] as const];
		}),
	);
};

/** What there is of a run that may be taken up; undefined where another is to be started. */
const lookAt = async (
	{ api, pacing }: Batch,
	run: PlannedRun,
	{ run_id, at }: ReusableRun & { run_id: string },
): Promise<{ ended?: Run } | undefined> => {
	const found = await settle(
		async () => await withRetries('poll', pacing, () => api.getRun(run_id), LOOK_TRIES),
	);
	const now = pacing.clock.now();
	// Where it cannot be read now it is waited for: it may be paid for.
	if ('error' in found) {
		return found.error.kind === 'not_found' && now - at > KNOWN_WITHIN_MS ? undefined : {};
	}
	if (!isEnded(found.value.status)) return {};
	return isOfUse(found.value, run, now) ? { ended: found.value } : undefined;
};

/** Takes up what was started before for the same things, where that is of use. */
const takeUpEarlier = async (
	batch: Batch,
	planned: PlannedRun[],
	ledger: ReuseLedger,
	runs: NodeRuns,
	notBefore: number,
): Promise<void> => {
	const looks = new Map<string, ReturnType<typeof lookAt>>();
	await Promise.all(
		planned.map(async (run) => {
			const { slot } = run;
			const key = ledger.sharedBy(slot);
			const known = ledger.recall(slot) ? undefined : runs.recall(key, notBefore);
			if (known === undefined) return;
			if ('unknown' in known) {
				ledger.takeUp(slot, { unknown: known.unknown });
				return;
			}
			const look = looks.get(key) ?? lookAt(batch, run, known);
			looks.set(key, look);
			const found = await look;
			if (found) ledger.takeUp(slot, { run_id: known.run_id }, found.ended);
			else runs.forget(key, known.run_id);
		}),
	);
};

/**
 * The option *Reuse Runs*: gives the ledger that also has what this node has started for the same
 * things within so many hours, in any execution. What was started before is taken up at once.
 */
export const reuseOf = async (
	context: IExecuteFunctions,
	batch: Batch,
	planned: PlannedRun[],
	page: LedgerPage,
	{ reuseRuns: hours }: BatchOptions,
): Promise<{ ledger: LedgerPage; save: () => void }> => {
	if (hours === null || hours === 0) return { ledger: page, save: () => undefined };
	const { clock } = batch;
	const notBefore = clock.now() - hours * HOUR_MS;
	const stored = context.getWorkflowStaticData('node');
	const node = digestOf([context.getWorkflow().id, context.getNode().id]);
	const runs = new NodeRuns(reuseMemory, node, stored[SAVED]);
	const keys = await keysOf(context, batch, planned, runs);
	showHints(
		context,
		keylessHints(
			planned.flatMap(({ itemIndex, reuseKey }) => (reuseKey === '' ? [itemIndex] : [])),
		),
	);
	const ledger = reusing(page, { runs, keys, notBefore, clock });
	await takeUpEarlier(batch, planned, ledger, runs, notBefore);
	return {
		ledger,
		// n8n saves it where this execution ends or parks, if it was assigned to.
		save: () => {
			const saved = runs.toSave(notBefore);
			if (digestOf(saved) !== digestOf(stored[SAVED] ?? {})) stored[SAVED] = saved;
		},
	};
};
