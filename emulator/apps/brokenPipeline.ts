import type { App } from './app';
import { textInput } from './inputs';
import { WorkFailed } from './work';

/** Always fails, with a message as the API writes them. */
export const brokenPipeline: App = {
	sqid: 'bR0kEnP1pe',
	name: 'Broken Pipeline',
	totalCost: 4,
	draft: false,
	mine: false,
	durationS: 8,
	fresh: false,
	inputs: [
		textInput({
			node: '1a2b3c4d-5e6f-4708-9a1b-2c3d4e5f6a6b',
			label: 'Prompt',
			apiKey: 'prompt',
			mode: 'textarea',
		}),
	],
	work: () =>
		Promise.reject(
			new WorkFailed("Node 'image-upscaler' failed: the picture is too large to upscale"),
		),
};
