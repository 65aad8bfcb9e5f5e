import { levelsOf } from '../media/audio';
import { asPng, fromSvg } from '../media/picture';
import { textLine } from '../media/text';
import type { App } from './app';
import { creationInput, selectInput } from './inputs';

const BARS = 96;

export const soundToWaveform: App = {
	sqid: 'wAv5Zc7QnG',
	name: 'Sound to Waveform',
	totalCost: 1,
	draft: false,
	mine: false,
	durationS: 6,
	fresh: false,
	inputs: [
		creationInput('audio', {
			node: 'b8a7c6d5-e4f3-4a21-8b0c-9d8e7f6a5b8d',
			label: 'Recording',
			apiKey: 'recording',
			required: true,
		}),
		selectInput(['Sea', 'Fire', 'Moss'], {
			node: '4e5f6a7b-8c9d-4e0f-a1b2-c3d4e5f6a79e',
			label: 'Colours',
			apiKey: 'colours',
			default: 'Sea',
		}),
	],
	async work({ values, imageSize }) {
		const levels = levelsOf(values.media('recording'), BARS, 'Recording');
		const width = imageSize;
		const height = Math.round(imageSize / 2);
		const hue = { Sea: 200, Fire: 12, Moss: 110 }[values.text('colours')] ?? 200;
		const step = (width * 0.9) / BARS;
		const loudest = Math.max(...levels.peaks, 0.001);
		const bars = levels.peaks.map((peak, index) => {
			const bar = Math.max(2, (peak / loudest) * height * 0.7);
			const place = `x="${(width * 0.05 + index * step).toFixed(1)}" y="${((height - bar) / 2).toFixed(1)}"`;
			const extent = `width="${(step * 0.64).toFixed(1)}" height="${bar.toFixed(1)}" rx="2"`;
			return `<rect ${place} ${extent} fill="hsl(${String(hue + index / 3)} 85% 60%)"/>`;
		});
		const label = `${levels.durationS.toFixed(1)} s, ${String(levels.sampleRate)} Hz`;
		const picture = fromSvg(
			width,
			height,
			`<rect width="100%" height="100%" fill="hsl(${String(hue)} 45% 9%)"/>${bars.join('')}` +
				textLine(label, width * 0.95, height * 0.95, {
					size: height * 0.06,
					fill: '#ffffff',
					anchor: 'end',
					opacity: 0.6,
				}),
		);
		return { files: [await asPng(picture, 'audio-to-image')] };
	},
};
