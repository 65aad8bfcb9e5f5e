const BY_EXTENSION: Record<string, string> = {
	aac: 'audio/aac',
	avif: 'image/avif',
	bmp: 'image/bmp',
	flac: 'audio/flac',
	gif: 'image/gif',
	heic: 'image/heic',
	jpeg: 'image/jpeg',
	jpg: 'image/jpeg',
	m4a: 'audio/mp4',
	mkv: 'video/x-matroska',
	mov: 'video/quicktime',
	mp3: 'audio/mpeg',
	mp4: 'video/mp4',
	oga: 'audio/ogg',
	ogg: 'audio/ogg',
	opus: 'audio/ogg',
	png: 'image/png',
	svg: 'image/svg+xml',
	tif: 'image/tiff',
	tiff: 'image/tiff',
	wav: 'audio/wav',
	weba: 'audio/webm',
	webm: 'video/webm',
	webp: 'image/webp',
};

const SAYS_NOTHING = new Set(['', 'application/octet-stream', 'binary/octet-stream']);

/**
 * The MIME type of a file: the declared one without its parameters where it says something, else
 * by the name's extension; undefined where neither tells.
 */
export const mimeTypeOf = (
	declared: string | undefined,
	fileName: string | undefined,
): string | undefined => {
	const type = (declared ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
	if (!SAYS_NOTHING.has(type)) return type;
	const extension = /\.([a-z0-9]+)$/i.exec(fileName ?? '')?.[1]?.toLowerCase() ?? '';
	return Object.hasOwn(BY_EXTENSION, extension) ? BY_EXTENSION[extension] : undefined;
};

/** The usual extension of a MIME type, without the dot; undefined for one not in the table. */
export const extensionOf = (mimeType: string | undefined): string | undefined =>
	Object.entries(BY_EXTENSION).find(([, type]) => type === mimeType)?.[0];
