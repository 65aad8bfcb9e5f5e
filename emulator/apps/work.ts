import type { Media } from '../media/sniff';

export type InputValue = string | number | Media | unknown[];

/** A file that a run made. */
export interface Produced {
	list: 'images' | 'videos' | 'audios';
	/** The pipeline step that made it, as the API names them. */
	tool: string;
	contentType: string;
	bytes: Buffer;
	width: number | null;
	height: number | null;
	/** Seconds. */
	duration: number | null;
}

export interface Product {
	files: Produced[];
	/** Why some of the files are missing: the run is then `completed_with_errors`. */
	error?: string;
}

export interface Job {
	values: JobValues;
	/** The same for equal inputs, unless the app is fresh each time. */
	seed: number;
	/** Longest side of pictures in pixels. */
	imageSize: number;
}

/** Makes an app's files. Throws {@link WorkFailed} where the run is to fail. */
export type Work = (job: Job) => Promise<Product>;

/** A run's failure; the message becomes its `error_message`. */
export class WorkFailed extends Error {}

export function failureOf(error: unknown): WorkFailed {
	if (error instanceof WorkFailed) return error;
	const why = error instanceof Error ? error.message : String(error);
	return new WorkFailed(`The pipeline broke down: ${why}`);
}

/** A run's input values by `api_key`, defaults filled in, media fetched. */
export class JobValues {
	constructor(private readonly values: ReadonlyMap<string, InputValue>) {}

	text(name: string): string {
		const value = this.values.get(name);
		return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
	}

	number(name: string, otherwise: number): number {
		const value = this.values.get(name);
		return typeof value === 'number' ? value : otherwise;
	}

	list(name: string): string[] {
		const value = this.values.get(name);
		if (Array.isArray(value)) return value.map(String);
		return typeof value === 'string' && value !== '' ? value.split(/\s*[,\n]\s*/) : [];
	}

	media(name: string): Media {
		const value = this.values.get(name);
		if (isMedia(value)) return value;
		throw new WorkFailed(`Node '${name}' failed: it was given no file`);
	}

	/** All media among the values, in the order of the definition. */
	allMedia(): Media[] {
		return [...this.values.values()].filter(isMedia);
	}

	/** All texts among the values, in the order of the definition. */
	allTexts(): string[] {
		return [...this.values.values()].flatMap((value) =>
			typeof value === 'string' && value !== '' ? [value] : [],
		);
	}
}

function isMedia(value: InputValue | undefined): value is Media {
	return typeof value === 'object' && !Array.isArray(value);
}
