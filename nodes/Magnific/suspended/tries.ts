import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import type { Park } from './state';
import type { Submissions } from './submissions';

/** What this execution of the node has parked so far: a further try of *Retry On Fail* extends it. */
export interface Parking {
	park: Park;
	/** What submits after the park what was not submitted before. */
	submissions?: Submissions | undefined;
	/** The input items as the first try got them. */
	input: INodeExecutionData[];
	/** What n8n passes on in their place if its timer ends the wait. */
	unfinished: INodeExecutionData[];
	/** Watches over the park from now on, in place of whoever did. */
	watch: () => void;
}

/** By the array of input items that n8n keeps for all tries and for its timer: one per execution of the node. */
const parkings = new WeakMap<INodeExecutionData[], Parking>();

/**
 * With *Execute Once* n8n hands `getInputData` a slice of the first item, anew for each try; the
 * array that it keeps is this one.
 */
const keptInput = (context: IExecuteFunctions): INodeExecutionData[] =>
	context.getExecuteData().data.main?.[0] ?? context.getInputData();

export const parkingOf = (context: IExecuteFunctions): Parking | undefined =>
	parkings.get(keptInput(context));

/** Whether an earlier try has parked with this item, which is going to be submitted. */
export const waitsFor = (context: IExecuteFunctions, itemIndex: number): boolean =>
	parkingOf(context)?.submissions?.waitsFor(itemIndex) === true;

/** Takes note of a park, made or extended in this try. */
export const keepParking = (context: IExecuteFunctions, parking: Omit<Parking, 'input'>): void => {
	const kept = keptInput(context);
	parkings.set(kept, { ...parking, input: parkings.get(kept)?.input ?? [...kept] });
};

/** In place: n8n resolves expressions against these arrays, and holds them elsewhere too. */
const put = (items: INodeExecutionData[], into: INodeExecutionData[]): void => {
	into.length = 0;
	for (const item of items) into.push(item);
};

/**
 * Makes a try that may park. n8n executes a node again while its first output item carries an
 * `error`, also after it has parked; then the try gets the input items as the first one did. After
 * it the unfinished runs stand in their place, and the watchdog watches: no try knows if it is the last.
 */
export const overTries = async <T>(
	context: IExecuteFunctions,
	operate: () => Promise<T>,
): Promise<T> => {
	const kept = keptInput(context);
	const earlier = parkings.get(kept);
	if (earlier) {
		put(earlier.input, kept);
		const input = context.getInputData();
		if (input !== kept) put(earlier.input.slice(0, input.length), input);
	}
	try {
		return await operate();
	} finally {
		const parking = parkings.get(kept);
		if (parking) {
			put(parking.unfinished, kept);
			if (context.getExecutionCancelSignal()?.aborted !== true) parking.watch();
		}
	}
};
