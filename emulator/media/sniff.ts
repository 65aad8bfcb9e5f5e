export type MediaType = 'image' | 'video' | 'audio';

export interface Media {
	mediaType: MediaType;
	contentType: string;
	bytes: Buffer;
}

const SIGNATURES: { contentType: string; at: number; text: string }[] = [
	{ contentType: 'image/png', at: 0, text: '\x89PNG' },
	{ contentType: 'image/jpeg', at: 0, text: '\xff\xd8\xff' },
	{ contentType: 'image/gif', at: 0, text: 'GIF8' },
	{ contentType: 'image/webp', at: 8, text: 'WEBP' },
	{ contentType: 'image/avif', at: 4, text: 'ftypavif' },
	{ contentType: 'image/heic', at: 4, text: 'ftypheic' },
	{ contentType: 'image/tiff', at: 0, text: 'II*\0' },
	{ contentType: 'image/tiff', at: 0, text: 'MM\0*' },
	{ contentType: 'audio/mp4', at: 4, text: 'ftypM4A' },
	{ contentType: 'video/quicktime', at: 4, text: 'ftypqt' },
	{ contentType: 'video/mp4', at: 4, text: 'ftyp' },
	{ contentType: 'video/webm', at: 0, text: '\x1aE\xdf\xa3' },
	{ contentType: 'audio/wav', at: 8, text: 'WAVE' },
	{ contentType: 'audio/ogg', at: 0, text: 'OggS' },
	{ contentType: 'audio/flac', at: 0, text: 'fLaC' },
	{ contentType: 'audio/mpeg', at: 0, text: 'ID3' },
	{ contentType: 'audio/mpeg', at: 0, text: '\xff\xfb' },
	{ contentType: 'audio/mpeg', at: 0, text: '\xff\xf3' },
];

/** What the first bytes say it is, whatever a name or a header claims; undefined if they say nothing. */
export function sniff(bytes: Buffer): Media | undefined {
	const head = bytes.toString('latin1', 0, 64);
	const found = SIGNATURES.find(({ at, text }) => head.startsWith(text, at))?.contentType;
	const contentType =
		found ?? (/^\s*(<\?xml[^>]*>\s*)?<svg/.test(head) ? 'image/svg+xml' : undefined);
	if (contentType === undefined) return undefined;
	const mediaType = mediaTypeOf(contentType);
	return mediaType === undefined ? undefined : { mediaType, contentType, bytes };
}

export function mediaTypeOf(contentType: string): MediaType | undefined {
	const [kind] = contentType.split('/');
	return kind === 'image' || kind === 'video' || kind === 'audio' ? kind : undefined;
}

const EXTENSIONS: Record<string, string> = {
	'audio/mpeg': 'mp3',
	'image/jpeg': 'jpg',
	'image/svg+xml': 'svg',
	'video/quicktime': 'mov',
};

export function extensionOf(contentType: string): string {
	return EXTENSIONS[contentType] ?? contentType.split('/')[1]?.split(/[+;]/)[0] ?? 'bin';
}
