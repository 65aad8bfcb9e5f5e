import sharp, { type Sharp } from 'sharp';
import { asJpeg, fromSvg, openPicture, sizeOf, stepOf } from '../media/picture';
import { seededRandom } from '../random';
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
	description: 'Paints over a drawing as if it had been seen.',
	totalCost: 5,
	draft: false,
	mine: false,
	durationS: 20,
	fresh: false,
	inputs: [
		creationInput('image', {
			node: '4050c3f3-8a26-4953-97a8-cb97bceb4816',
			label: 'Sketch',
			description: 'Lines on a light ground work best.',
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
	async work({ values, imageSize, seed }) {
		const opened = await openPicture(values.media('sketch'), imageSize, 'Sketch');
		const { width, height } = await sizeOf(opened);
		const notes = values.text('style_notes');
		const mood = MOODS.find(({ words }) => words.test(notes)) ?? DAYLIGHT;
		const sketch = sharp(await stepOf(opened.flatten({ background: '#ffffff' })));
		const softness = Math.max(2, imageSize / 70);
		const [light, paint, relief, lines, grain] = await Promise.all([
			stepOf(fromSvg(width, height, lighting(mood))),
			stepOf(sketch.clone().median(5).blur(softness).modulate({ saturation: 2.2 })),
			reliefOf(sketch, softness),
			stepOf(sketch.clone().blur(1.2).greyscale().linear(0.75, 64)),
			grainOf(seed),
		]);
		const picture = sharp(light).composite([
			{ input: paint, blend: 'multiply' },
			{ input: relief, blend: 'hard-light' },
			{ input: lines, blend: 'multiply' },
			{ input: grain, blend: 'soft-light', tile: true },
		]);
		return { files: [await asJpeg(picture, 'image-to-image')] };
	},
};

/** The lines as ridges lit from the top left, on the grey that hard light leaves alone. */
async function reliefOf(sketch: Sharp, softness: number): Promise<Buffer> {
	const heights = await stepOf(sketch.clone().greyscale().blur(softness));
	const kernel = [-6, -3, 0, -3, 0, 3, 0, 3, 6];
	const lit = sharp(heights).convolve({ width: 3, height: 3, kernel, scale: 1, offset: 128 });
	return stepOf(lit.blur(softness / 2));
}

const GRAIN_SIDE = 96;

async function grainOf(seed: number): Promise<Buffer> {
	const random = seededRandom(seed);
	const pixels = Buffer.alloc(GRAIN_SIDE * GRAIN_SIDE);
	for (let index = 0; index < pixels.length; index += 1) pixels[index] = 108 + random() * 40;
	return stepOf(sharp(pixels, { raw: { width: GRAIN_SIDE, height: GRAIN_SIDE, channels: 1 } }));
}

/** Sky above, ground below, darker towards the corners. */
function lighting({ light, shadow }: { light: string; shadow: string }): string {
	return `<defs>
		<linearGradient id="sky" x1="0" y1="0" x2="0.25" y2="1">
			<stop offset="0" stop-color="${shadow}" stop-opacity="0.55"/>
			<stop offset="0.5" stop-color="${light}"/>
			<stop offset="1" stop-color="${shadow}" stop-opacity="0.7"/>
		</linearGradient>
		<radialGradient id="vignette" cx="0.5" cy="0.45" r="0.8">
			<stop offset="0.55" stop-color="${shadow}" stop-opacity="0"/>
			<stop offset="1" stop-color="${shadow}" stop-opacity="0.7"/>
		</radialGradient>
	</defs>
	<rect width="100%" height="100%" fill="${light}"/>
	<rect width="100%" height="100%" fill="url(#sky)"/>
	<rect width="100%" height="100%" fill="url(#vignette)"/>`;
}
