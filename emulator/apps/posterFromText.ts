import { asPng, fromSvg } from '../media/picture';
import { fitted, textLine } from '../media/text';
import { seededRandom } from '../random';
import type { App } from './app';
import { numberInput, selectInput, textInput } from './inputs';

interface Look {
	ground: [string, string];
	ink: string;
	accents: string[];
}

const LOOKS: Record<string, Look> = {
	Bold: {
		ground: ['#f5d547', '#f08a24'],
		ink: '#1b1b2f',
		accents: ['#e63946', '#1b1b2f', '#fff7e0'],
	},
	Minimal: { ground: ['#fafafa', '#e9ecef'], ink: '#22262b', accents: ['#adb5bd', '#ff6b6b'] },
	Night: {
		ground: ['#1a1446', '#3b0f5c'],
		ink: '#f7f3ff',
		accents: ['#7c4dff', '#00e5ff', '#ff4081'],
	},
	Nature: {
		ground: ['#e7f1d5', '#7fb069'],
		ink: '#183a2b',
		accents: ['#2f6b4a', '#f4a259', '#fffbea'],
	},
};

const SHAPES = ['circle', 'ring', 'bar'] as const;

export const posterFromText: App = {
	sqid: 'Pq7ZtxW2Ke',
	name: 'Poster from Text',
	totalCost: 3,
	draft: false,
	mine: true,
	durationS: 10,
	fresh: false,
	inputs: [
		textInput({
			node: '0f6d2a1b-7c3e-4b59-8d14-5e6f7a8b9c05',
			label: 'Headline',
			description: 'The words on the poster; a few are read from further away.',
			apiKey: 'headline',
			required: true,
			mode: 'textarea',
			placeholder: 'Summer sale starts Friday',
		}),
		selectInput(Object.keys(LOOKS), {
			node: '6a5b4c3d-2e1f-4a0b-9c8d-7e6f5a4b3c16',
			label: 'Style',
			apiKey: 'style',
			default: 'Bold',
		}),
		numberInput({
			node: '2b7e151d-28ae-4d2a-a6ab-f7158809cf27',
			label: 'Number of shapes',
			apiKey: 'number_of_shapes',
			default: 6,
		}),
	],
	async work({ values, imageSize, seed }) {
		const look = LOOKS[values.text('style')] ?? {
			ground: ['#fff', '#ddd'],
			ink: '#000',
			accents: [],
		};
		const height = imageSize;
		const width = Math.round(imageSize * 0.75);
		const count = Math.min(40, Math.max(0, Math.round(values.number('number_of_shapes', 6))));
		const poster = fromSvg(
			width,
			height,
			ground(look) +
				shapes(look, count, width, height, seed) +
				headline(values.text('headline'), look, width, height),
		);
		return { files: [await asPng(poster, 'text-to-image')] };
	},
};

function ground({ ground: [from, to] }: Look): string {
	return `<defs><linearGradient id="g" x1="0" y1="0" x2="0.4" y2="1">
		<stop offset="0" stop-color="${from}"/><stop offset="1" stop-color="${to}"/>
	</linearGradient></defs><rect width="100%" height="100%" fill="url(#g)"/>`;
}

function shapes(look: Look, count: number, width: number, height: number, seed: number): string {
	const random = seededRandom(seed);
	const pick = <T>(items: readonly T[]): T | undefined =>
		items[Math.floor(random() * items.length)];
	return Array.from({ length: count }, () => {
		const x = (random() * width).toFixed(1);
		const y = (random() * height).toFixed(1);
		const size = width * (0.06 + random() * 0.2);
		const colour = pick(look.accents) ?? look.ink;
		switch (pick(SHAPES)) {
			case 'ring':
				return `<circle cx="${x}" cy="${y}" r="${size.toFixed(1)}" fill="none" stroke="${colour}" stroke-width="${(size / 4).toFixed(1)}" opacity="0.8"/>`;
			case 'bar': {
				const turn = Math.round(random() * 180);
				return `<rect x="${x}" y="${y}" width="${(size * 2.4).toFixed(1)}" height="${(size / 3).toFixed(1)}" rx="4" fill="${colour}" opacity="0.75" transform="rotate(${String(turn)} ${x} ${y})"/>`;
			}
			default:
				return `<circle cx="${x}" cy="${y}" r="${size.toFixed(1)}" fill="${colour}" opacity="0.7"/>`;
		}
	}).join('');
}

function headline(text: string, look: Look, width: number, height: number): string {
	const margin = width * 0.09;
	const block = fitted(text, width - 2 * margin, height * 0.6, 'bold', width / 4);
	const blockHeight = block.lines.length * block.size * 1.05;
	const first = height - margin - blockHeight + block.size * 0.85;
	const band = `<rect x="0" y="${(first - block.size - margin / 2).toFixed(1)}" width="100%" height="${String(height)}" fill="${look.ground[1]}" opacity="0.82"/>`;
	const lines = block.lines.map((line, index) =>
		textLine(line, margin, first + index * block.size * 1.05, {
			weight: 'bold',
			size: block.size,
			fill: look.ink,
		}),
	);
	return band + lines.join('');
}
