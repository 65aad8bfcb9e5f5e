import { WaveFile } from 'wavefile';
import { WorkFailed, type Produced } from '../apps/work';
import { seededRandom } from '../random';
import type { Media } from './sniff';

const SAMPLE_RATE = 22_050;
const SCALE = [0, 2, 4, 7, 9, 12];
const ROOT_HZ = 220;

/** A short tune over a soft bass, always the same for the same seed, as 16-bit mono WAV. */
export function tune(seed: number, durationS: number, tool: string): Produced {
	const random = seededRandom(seed);
	const samples = new Int16Array(Math.round(durationS * SAMPLE_RATE));
	const beatS = 0.25;
	for (let start = 0; start < durationS; start += beatS) {
		const step = SCALE[Math.floor(random() * SCALE.length)] ?? 0;
		addNote(samples, start, beatS * 1.8, ROOT_HZ * 2 * 2 ** (step / 12), 0.22);
	}
	for (let start = 0; start < durationS; start += beatS * 4) {
		const step = SCALE[Math.floor(random() * 4)] ?? 0;
		addNote(samples, start, beatS * 4, (ROOT_HZ / 2) * 2 ** (step / 12), 0.3);
	}
	const wave = new WaveFile();
	wave.fromScratch(1, SAMPLE_RATE, '16', samples);
	return {
		list: 'audios',
		tool,
		contentType: 'audio/wav',
		bytes: Buffer.from(wave.toBuffer()),
		width: null,
		height: null,
		duration: durationS,
	};
}

function addNote(
	samples: Int16Array,
	startS: number,
	lengthS: number,
	hz: number,
	volume: number,
): void {
	const first = Math.round(startS * SAMPLE_RATE);
	const count = Math.min(Math.round(lengthS * SAMPLE_RATE), samples.length - first);
	for (let index = 0; index < count; index += 1) {
		const time = index / SAMPLE_RATE;
		const fade = Math.min(1, time * 80) * Math.exp((-3.5 * time) / lengthS);
		const wave = Math.sin(2 * Math.PI * hz * time) + 0.3 * Math.sin(4 * Math.PI * hz * time);
		const at = first + index;
		samples[at] = (samples[at] ?? 0) + Math.round(wave * fade * volume * 24_000);
	}
}

export interface Levels {
	durationS: number;
	sampleRate: number;
	/** Highest loudness (0 to 1) in each of equally long parts. */
	peaks: number[];
}

/**
 * How loud a recording is over its length, in `parts` parts.
 * @throws WorkFailed if it is no WAV file
 */
export function levelsOf(media: Media, parts: number, node: string): Levels {
	if (media.mediaType !== 'audio') {
		throw new WorkFailed(`Node '${node}' failed: expected audio, got ${media.contentType}`);
	}
	const { samples, sampleRate } = decoded(media.bytes, node);
	const length = Math.max(1, Math.floor(samples.length / parts));
	const peaks = Array.from({ length: parts }, (_, part) => {
		let peak = 0;
		for (const sample of samples.subarray(part * length, (part + 1) * length)) {
			peak = Math.max(peak, Math.abs(sample) / 32_768);
		}
		return Math.min(1, peak);
	});
	return { durationS: samples.length / sampleRate, sampleRate, peaks };
}

function decoded(bytes: Buffer, node: string): { samples: Float64Array; sampleRate: number } {
	try {
		const wave = new WaveFile(bytes);
		wave.toBitDepth('16');
		const channels: unknown = wave.getSamples(false, Float64Array);
		const first: unknown = Array.isArray(channels) ? channels[0] : channels;
		const format: unknown = wave.fmt;
		if (
			first instanceof Float64Array &&
			typeof format === 'object' &&
			format !== null &&
			'sampleRate' in format &&
			typeof format.sampleRate === 'number'
		) {
			return { samples: first, sampleRate: format.sampleRate };
		}
	} catch {
		throw new WorkFailed(`Node '${node}' failed: the audio could not be decoded (WAV expected)`);
	}
	throw new WorkFailed(`Node '${node}' failed: the audio has no samples`);
}
