import { asJpeg, fromSvg, openPicture, sizeOf } from '../media/picture';
import type { App } from './app';
import { creationInput, textInput } from './inputs';

/** Light and colour for words that people use in style notes. */
const MOODS: { words: RegExp; light: string; shadow: string }[] = [
	{ words: /night|moon|dark|noir/i, light: '#7fb2ff', shadow: '#0a1030' },
	{ words: /sunset|warm|golden|autumn/i, light: '#ffc86b', shadow: '#5b1e3c' },
	{ words: /forest|green|spring|garden/i, light: '#e4f7a8', shadow: '#0f3b2e' },
	{ words: /neon|cyber|pink/i, light: '#ff7ae0', shadow: '#1b0b4f' },
	{ words: /winter|cold|snow|ice/i, light: '#f2fbff', shadow: '#2c5272' },
];
const DAYLIGHT = { light: '#fff1d6', shadow: '#27405e' };

export const sketchToRealism: App = {
	sqid: 'uqzQLDr2Aw',
	name: 'Sketch to Realism',
	totalCost: 5,
	draft: false,
	durationS: 20,
	fresh: false,
	inputs: [
		creationInput('image', {
			node: '4050c3f3-8a26-4953-97a8-cb97bceb4816',
			label: 'Sketch',
			apiKey: 'sketch',
			required: true,
		}),
		textInput({
			node: '7b1d20e4-51c9-4c0e-8f6a-2f9d3a6b7c15',
			label: 'Style notes',
			apiKey: 'style_notes',
			mode: 'textarea',
			placeholder: 'warm evening light, oil on canvas',
		}),
	],
	async work({ values, imageSize }) {
		const sketch = await openPicture(values.media('sketch'), imageSize, 'Sketch');
		const { width, height } = await sizeOf(sketch);
		const notes = values.text('style_notes');
		const mood = MOODS.find(({ words }) => words.test(notes)) ?? DAYLIGHT;
		const lines = await sketch.clone().flatten({ background: '#ffffff' }).greyscale().toBuffer();
		const paint = await sketch
			.clone()
			.flatten({ background: '#ffffff' })
			.median(9)
			.blur(Math.max(2, imageSize / 90))
			.modulate({ saturation: 1.7 })
			.toBuffer();
		const light = await fromSvg(width, height, lighting(mood)).png().toBuffer();
		const picture = fromSvg(
			width,
			height,
			`<rect width="100%" height="100%" fill="#fff"/>`,
		).composite([
			{ input: light },
			{ input: paint, blend: 'multiply' },
			{ input: lines, blend: 'soft-light' },
			{ input: lines, blend: 'multiply' },
		]);
		return { files: [await asJpeg(picture, 'image-to-image')] };
	},
};

function lighting({ light, shadow }: { light: string; shadow: string }): string {
	return `<defs>
		<linearGradient id="sky" x1="0" y1="0" x2="0.3" y2="1">
			<stop offset="0" stop-color="${light}"/>
			<stop offset="1" stop-color="${shadow}" stop-opacity="0.55"/>
		</linearGradient>
		<radialGradient id="vignette" cx="0.45" cy="0.4" r="0.85">
			<stop offset="0.5" stop-color="${shadow}" stop-opacity="0"/>
			<stop offset="1" stop-color="${shadow}" stop-opacity="0.75"/>
		</radialGradient>
	</defs>
	<rect width="100%" height="100%" fill="url(#sky)"/>
	<rect width="100%" height="100%" fill="url(#vignette)"/>`;
}
