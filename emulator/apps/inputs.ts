import type { InputDefinition } from './app';

interface InputOptions {
	/** UUID of the pipeline node that the input feeds. */
	node: string;
	label: string;
	apiKey: string;
	/** What its creator says of it; most say nothing. */
	description?: string;
	required?: boolean;
	default?: string | number;
}

export function creationInput(
	mediaType: 'image' | 'video' | 'audio',
	options: InputOptions,
): InputDefinition {
	return input('creation', options, { mediaType }, null);
}

export function textInput(
	options: InputOptions & { mode: 'input' | 'textarea'; placeholder?: string },
): InputDefinition {
	const { mode, placeholder } = options;
	const presentation = {
		mode,
		type: 'text',
		...(placeholder === undefined ? {} : { placeholder }),
	};
	return input('text', options, null, presentation);
}

export function numberInput(options: InputOptions): InputDefinition {
	return input('number', options, null, null);
}

/** Options are not documented: some apps have plain strings, others values with labels. */
export function selectInput(
	choices: string[] | { value: string; label: string }[],
	options: InputOptions,
): InputDefinition {
	return input('select', options, { options: choices }, null);
}

/** A type that the documentation does not know; live definitions have had it. */
export function listInput(options: InputOptions): InputDefinition {
	return input('list', options, null, null);
}

function input(
	type: string,
	options: InputOptions,
	config: Record<string, unknown> | null,
	presentation: Record<string, unknown> | null,
): InputDefinition {
	return {
		id: `input-${options.node}-1`,
		api_key: options.apiKey,
		type,
		label: options.label,
		...(options.description === undefined ? {} : { description: options.description }),
		config,
		nodeId: options.node,
		default: options.default ?? null,
		required: options.required ?? false,
		presentation,
	};
}
