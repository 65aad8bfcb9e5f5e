import { choice } from '../../batch/option';

/** How the inputs of an app are entered. */
export const inputMode = choice({
	displayName: 'Input Mode',
	name: 'inputMode',
	type: 'options',
	options: [
		{
			name: 'Fields',
			value: 'fields',
			description: 'One field for each input of the app, under Inputs',
		},
		{
			name: 'JSON',
			value: 'json',
			description:
				'All inputs in one object, under Inputs (JSON); also for an app that is chosen by an expression',
		},
	],
	default: 'fields',
	hint: 'For an image, video or audio: the name of a binary field (e.g. data), a URL, base64 or a creation ID',
	description: 'How to enter the inputs of the app',
});
