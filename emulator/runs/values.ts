import { JobValues, WorkFailed, type InputValue } from '../apps/work';
import { loadCreation } from '../creations';
import type { FileStore } from '../files';
import { digestOf } from '../renderer';
import type { GivenValue } from '../validate';

export interface LoadedValues {
	values: JobValues;
	/** The same for the same values, by their bytes. */
	digest: string;
}

/**
 * Fetches and decodes the creations among a run's values.
 * @throws WorkFailed where one can't be had or is another kind of media
 */
export async function loadValues(given: GivenValue[], files: FileStore): Promise<LoadedValues> {
	const values = new Map<string, InputValue>();
	for (const { name, label, value, facts } of given) {
		if (typeof value !== 'object' || Array.isArray(value)) {
			values.set(name, value);
			continue;
		}
		const media = await loadCreation(value, files, label);
		if (facts.mediaType !== undefined && media.mediaType !== facts.mediaType) {
			const got = `expected ${facts.mediaType}, got ${media.contentType}`;
			throw new WorkFailed(`Node '${label}' failed: ${got}`);
		}
		values.set(name, media);
	}
	return { values: new JobValues(values), digest: digestOf(values) };
}
