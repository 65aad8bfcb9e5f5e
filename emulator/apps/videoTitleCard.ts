import { videoFacts } from '../media/mp4';
import { asPng, fromSvg } from '../media/picture';
import { fitted, textLine } from '../media/text';
import type { App } from './app';
import { creationInput, textInput } from './inputs';

export const videoTitleCard: App = {
	sqid: 'vPf6Jd2HxA',
	name: 'Video Title Card',
	totalCost: 3,
	draft: false,
	mine: false,
	durationS: 12,
	fresh: false,
	inputs: [
		creationInput('video', {
			node: '7f6e5d4c-3b2a-4190-8f7e-6d5c4b3a2917',
			label: 'Clip',
			apiKey: 'clip',
			required: true,
		}),
		textInput({
			node: '3c2d1e0f-9a8b-4c7d-b6e5-f4a3b2c1d07c',
			label: 'Title',
			apiKey: 'title',
			mode: 'input',
		}),
	],
	async work({ values, imageSize }) {
		const facts = videoFacts(values.media('clip'), 'Clip');
		const width = imageSize;
		const height = Math.round((imageSize * 9) / 16);
		const title = values.text('title') || 'Untitled clip';
		const block = fitted(title, width * 0.86, height * 0.4, 'bold', height * 0.2);
		const lines = block.lines.map((line, index) =>
			textLine(line, width * 0.07, height * 0.2 + block.size * (0.6 + index), {
				weight: 'bold',
				size: block.size,
				fill: '#ffffff',
			}),
		);
		const details = [
			`${facts.durationS.toFixed(1)} s`,
			`${String(facts.width)} × ${String(facts.height)}`,
			`${String(facts.frameSizes.length)} frames`,
		].join('   ');
		const card = [
			'<rect width="100%" height="100%" fill="#14171f"/>',
			perforation(width, height),
			...lines,
			textLine(details, width * 0.07, height * 0.66, { size: height * 0.065, fill: '#9aa4b8' }),
			frameBars(facts.frameSizes, width, height),
		];
		return { files: [await asPng(fromSvg(width, height, card.join('')), 'video-to-image')] };
	},
};

function perforation(width: number, height: number): string {
	const holes = Array.from({ length: 16 }, (_, index) => {
		const x = String(((index + 0.3) / 16) * width);
		const side = `width="${String(width / 40)}" height="${String(height * 0.05)}" rx="3" fill="#2b3040"`;
		return `<rect x="${x}" y="${String(height * 0.03)}" ${side}/><rect x="${x}" y="${String(height * 0.92)}" ${side}/>`;
	});
	return holes.join('');
}

/** A bar per frame, as high as the frame has bytes. */
function frameBars(sizes: number[], width: number, height: number): string {
	const shown = sizes.slice(0, 240);
	const most = Math.max(...shown, 1);
	const step = (width * 0.86) / Math.max(1, shown.length);
	const bars = shown.map((size, index) => {
		const bar = height * 0.17 * (size / most);
		const place = `x="${(width * 0.07 + index * step).toFixed(1)}" y="${(height * 0.87 - bar).toFixed(1)}"`;
		const extent = `width="${(step * 0.7).toFixed(1)}" height="${bar.toFixed(1)}"`;
		return `<rect ${place} ${extent} fill="hsl(${String(190 + (index / shown.length) * 130)} 80% 62%)"/>`;
	});
	return bars.join('');
}
