import { isRecord, textOf } from '../guards';
import type { MediaType } from '../media/sniff';
import type { Work } from './work';

/** An input as it stands in a definition; tests may put anything there. */
export type InputDefinition = Record<string, unknown>;

export interface App {
	sqid: string;
	name: string;
	inputs: InputDefinition[];
	/** Credits; null where they are not known. */
	totalCost: number | null;
	/** What its creator says of it; most say nothing. */
	description?: string;
	/** Not published as a tool: only its owner's list (`me/*`) has it. */
	draft: boolean;
	/** Made by the owner of the key, so in `me/*`, published or not. */
	mine: boolean;
	durationS: number;
	/** Differs from run to run even where the inputs are equal. */
	fresh: boolean;
	/** Sent in place of the definition, verbatim. */
	raw?: unknown;
	work: Work;
}

/** What the emulator makes of an input definition when it checks a run's values. */
export interface InputFacts {
	id: string | undefined;
	apiKey: string | undefined;
	label: string;
	type: string;
	required: boolean;
	mediaType: MediaType | undefined;
	options: unknown[] | undefined;
	default: unknown;
}

export function inputFacts(input: InputDefinition): InputFacts {
	const config = isRecord(input.config) ? input.config : {};
	const id = textOf(input.id);
	const apiKey = textOf(input.api_key);
	const { mediaType } = config;
	return {
		id,
		apiKey,
		label: textOf(input.label) ?? apiKey ?? id ?? 'input',
		type: textOf(input.type) ?? 'text',
		required: input.required === true,
		mediaType:
			mediaType === 'image' || mediaType === 'video' || mediaType === 'audio'
				? mediaType
				: undefined,
		options: Array.isArray(config.options) ? config.options.map(optionValue) : undefined,
		default: input.default ?? undefined,
	};
}

export function creditText(cost: number | null): string {
	if (cost === null) return 'cost unknown';
	return cost === 1 ? '1 credit' : `${String(cost)} credits`;
}

/** The name under which an app's work finds an input's value. */
export function inputName(facts: InputFacts): string {
	return facts.apiKey ?? facts.id ?? facts.label;
}

function optionValue(option: unknown): unknown {
	if (!isRecord(option)) return option;
	return option.value ?? option.id ?? option.key;
}
