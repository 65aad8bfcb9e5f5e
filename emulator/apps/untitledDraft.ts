import type { App } from './app';
import { generic } from './generic';
import { textInput } from './inputs';

/** Not published: in `me/*` only. */
export const untitledDraft: App = {
	sqid: 'dRaFt0aB1C',
	name: 'Untitled draft',
	totalCost: null,
	draft: true,
	mine: true,
	durationS: 10,
	fresh: false,
	inputs: [
		textInput({
			node: '6b7c8d9e-0f1a-4b2c-9d3e-4f5a6b7c8db0',
			label: 'Text',
			apiKey: 'text',
			mode: 'input',
		}),
	],
	work: generic('Untitled draft', []),
};
