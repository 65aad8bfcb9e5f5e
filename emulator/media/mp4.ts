import { WorkFailed } from '../apps/work';
import type { Media } from './sniff';

export interface VideoFacts {
	width: number;
	height: number;
	durationS: number;
	/** Bytes of each frame. */
	frameSizes: number[];
}

/**
 * What an mp4 (or mov) tells about its video track, read from its boxes (ISO/IEC 14496-12).
 * @throws WorkFailed if it is another kind of file or has no video
 */
export function videoFacts(media: Media, node: string): VideoFacts {
	try {
		const movie = child(media.bytes, 'moov');
		const movieHeader = child(movie, 'mvhd');
		const isLong = movieHeader.readUInt8(0) === 1;
		const timescale = movieHeader.readUInt32BE(isLong ? 20 : 12);
		const duration = isLong
			? Number(movieHeader.readBigUInt64BE(24))
			: movieHeader.readUInt32BE(16);
		const track = children(movie, 'trak').find(isVideo);
		if (track !== undefined) {
			const trackHeader = child(track, 'tkhd');
			return {
				width: trackHeader.readUInt16BE(trackHeader.length - 8),
				height: trackHeader.readUInt16BE(trackHeader.length - 4),
				durationS: duration / timescale,
				frameSizes: sampleSizes(track),
			};
		}
	} catch {
		throw unreadable(node);
	}
	throw unreadable(node);
}

function unreadable(node: string): WorkFailed {
	return new WorkFailed(`Node '${node}' failed: the video could not be read (MP4 expected)`);
}

function isVideo(track: Buffer): boolean {
	return child(child(track, 'mdia'), 'hdlr').toString('latin1', 8, 12) === 'vide';
}

function sampleSizes(track: Buffer): number[] {
	const table = ['mdia', 'minf', 'stbl', 'stsz'].reduce(child, track);
	const common = table.readUInt32BE(4);
	const count = table.readUInt32BE(8);
	return Array.from({ length: count }, (_, index) =>
		common > 0 ? common : table.readUInt32BE(12 + index * 4),
	);
}

/** The content of the first box of a type; throws if there is none. */
function child(container: Buffer, type: string): Buffer {
	const [first] = children(container, type);
	if (first === undefined) throw new Error(`no ${type} box`);
	return first;
}

function children(container: Buffer, type: string): Buffer[] {
	const found: Buffer[] = [];
	let at = 0;
	while (at + 8 <= container.length) {
		const short = container.readUInt32BE(at);
		const header = short === 1 ? 16 : 8;
		const size = short === 1 ? Number(container.readBigUInt64BE(at + 8)) : short;
		const end = size === 0 ? container.length : at + size;
		if (container.toString('latin1', at + 4, at + 8) === type) {
			found.push(container.subarray(at + header, end));
		}
		if (end <= at) break;
		at = end;
	}
	return found;
}
