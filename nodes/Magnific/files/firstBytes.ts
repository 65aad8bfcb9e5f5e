/** How much of a file `typeByFirstBytes` wants to see, in bytes. */
export const FIRST_BYTES = 512;

const startsWith = (bytes: Buffer, hex: string, at = 0): boolean =>
	bytes.subarray(at, at + hex.length / 2).toString('hex') === hex;

const STARTS: ReadonlyArray<readonly [hex: string, mimeType: string]> = [
	['89504e470d0a1a0a', 'image/png'],
	['ffd8ff', 'image/jpeg'],
	['474946383761', 'image/gif'],
	['474946383961', 'image/gif'],
	['49492a00', 'image/tiff'],
	['4d4d002a', 'image/tiff'],
	['664c6143', 'audio/flac'],
	['494433', 'audio/mpeg'],
	['fff1', 'audio/aac'],
	['fff9', 'audio/aac'],
	['25504446', 'application/pdf'],
	['504b0304', 'application/zip'],
];

const RIFF_FORMS: Record<string, string> = {
	'AVI ': 'video/x-msvideo',
	WAVE: 'audio/wav',
	WEBP: 'image/webp',
};

/** Major brands of the ISO base media format; all others are video/mp4. */
const BRANDS: Record<string, string> = {
	'M4A ': 'audio/mp4',
	'M4B ': 'audio/mp4',
	'M4P ': 'audio/mp4',
	'F4A ': 'audio/mp4',
	'qt  ': 'video/quicktime',
	avif: 'image/avif',
	avis: 'image/avif',
	heic: 'image/heic',
	heim: 'image/heic',
	heis: 'image/heic',
	heix: 'image/heic',
	hevc: 'image/heic',
	hevx: 'image/heic',
	mif1: 'image/heic',
	msf1: 'image/heic',
};

/** The atoms that QuickTime files without a brand begin with. */
const QUICKTIME_ATOMS = new Set(['moov', 'mdat', 'wide', 'pnot']);

const isoMediaType = (bytes: Buffer, declared: string): string | undefined => {
	const atom = bytes.toString('latin1', 4, 8);
	if (QUICKTIME_ATOMS.has(atom)) return 'video/quicktime';
	if (atom !== 'ftyp') return undefined;
	const major = bytes.toString('latin1', 8, 12);
	const type = Object.hasOwn(BRANDS, major) ? BRANDS[major] : undefined;
	if (type === 'image/heic') {
		// AVIF may have HEIF's general brand first, and its own among the compatible ones.
		const brands = bytes.toString('latin1', 16, Math.min(bytes.readUInt32BE(0), bytes.length));
		return brands.includes('avif') ? 'image/avif' : type;
	}
	return type ?? (declared.startsWith('audio/') ? 'audio/mp4' : 'video/mp4');
};

/** A frame of MPEG audio, layer II or III, with a bit rate and a sampling rate that exist. */
const isMpegAudio = ([first = 0, second = 0, third = 0]: Buffer): boolean => {
	const version = (second >> 3) & 3;
	const layer = (second >> 1) & 3;
	return (
		first === 0xff &&
		(second & 0xe0) === 0xe0 &&
		version !== 1 &&
		(layer === 1 || layer === 2) &&
		third >> 4 !== 15 &&
		((third >> 2) & 3) !== 3
	);
};

/**
 * The MIME type that a file's first bytes (`FIRST_BYTES` of them are enough) tell, undefined where
 * they tell none. `declared` decides where the same container holds sound alone or a video. A web
 * page is told too: a download that met a login is often labelled as the picture it should be.
 */
export const typeByFirstBytes = (bytes: Buffer, declared = ''): string | undefined => {
	const text = bytes.toString('latin1');
	const known = STARTS.find(([hex]) => startsWith(bytes, hex));
	if (known) return known[1];
	if (/^(RIFF|RF64)/.test(text)) {
		const form = text.slice(8, 12);
		return Object.hasOwn(RIFF_FORMS, form) ? RIFF_FORMS[form] : undefined;
	}
	if (startsWith(bytes, '1a45dfa3')) {
		if (text.includes('matroska')) return 'video/x-matroska';
		return declared.startsWith('audio/') ? 'audio/webm' : 'video/webm';
	}
	if (text.startsWith('OggS')) {
		return declared === 'video/ogg' || text.includes('theora') ? 'video/ogg' : 'audio/ogg';
	}
	if (text.startsWith('BM') && startsWith(bytes, '00000000', 6)) return 'image/bmp';
	if (/^(\xef\xbb\xbf)?\s*<(!doctype html|html)\b/i.test(text)) return 'text/html';
	return isoMediaType(bytes, declared) ?? (isMpegAudio(bytes) ? 'audio/mpeg' : undefined);
};
