/** The usual extension of a type comes before its others. */
const BY_EXTENSION: Record<string, string> = {
	aac: 'audio/aac',
	avif: 'image/avif',
	bmp: 'image/bmp',
	flac: 'audio/flac',
	gif: 'image/gif',
	heic: 'image/heic',
	jpeg: 'image/jpeg',
	jpg: 'image/jpeg',
	jfif: 'image/jpeg',
	jpe: 'image/jpeg',
	pjpeg: 'image/jpeg',
	pjp: 'image/jpeg',
	m4a: 'audio/mp4',
	m4b: 'audio/mp4',
	mkv: 'video/x-matroska',
	mov: 'video/quicktime',
	qt: 'video/quicktime',
	mp3: 'audio/mpeg',
	mpga: 'audio/mpeg',
	mp4: 'video/mp4',
	m4v: 'video/mp4',
	mp4v: 'video/mp4',
	oga: 'audio/ogg',
	ogg: 'audio/ogg',
	opus: 'audio/ogg',
	png: 'image/png',
	apng: 'image/png',
	svg: 'image/svg+xml',
	tif: 'image/tiff',
	tiff: 'image/tiff',
	wav: 'audio/wav',
	wave: 'audio/wav',
	weba: 'audio/webm',
	webm: 'video/webm',
	webp: 'image/webp',
};

/** Other names of the types that Magnific's upload takes under one name only. */
const ALIASES: Record<string, string> = {
	'image/jpg': 'image/jpeg',
	'image/pjpeg': 'image/jpeg',
	'image/jfif': 'image/jpeg',
	'image/pipeg': 'image/jpeg',
	'image/x-jpeg': 'image/jpeg',
	'image/x-jpg': 'image/jpeg',
	'image/x-citrix-jpeg': 'image/jpeg',
	'image/x-png': 'image/png',
	'image/apng': 'image/png',
	'image/vnd.mozilla.apng': 'image/png',
	'image/x-citrix-png': 'image/png',
	'image/x-webp': 'image/webp',
	'audio/m4a': 'audio/mp4',
	'audio/x-m4a': 'audio/mp4',
	'audio/m4b': 'audio/mp4',
	'audio/x-m4b': 'audio/mp4',
	'audio/x-mp4': 'audio/mp4',
	'audio/mp4a-latm': 'audio/mp4',
	'audio/mp3': 'audio/mpeg',
	'audio/x-mp3': 'audio/mpeg',
	'audio/mpeg3': 'audio/mpeg',
	'audio/x-mpeg': 'audio/mpeg',
	'audio/x-mpeg-3': 'audio/mpeg',
	'audio/mpg': 'audio/mpeg',
	'audio/x-mpg': 'audio/mpeg',
	'audio/wave': 'audio/wav',
	'audio/x-wav': 'audio/wav',
	'audio/x-pn-wav': 'audio/wav',
	'audio/vnd.wav': 'audio/wav',
	'audio/vnd.wave': 'audio/wav',
	'audio/opus': 'audio/ogg',
	'audio/vorbis': 'audio/ogg',
	'audio/x-ogg': 'audio/ogg',
	'application/ogg': 'audio/ogg',
	'audio/x-webm': 'audio/webm',
	'application/mp4': 'video/mp4',
	'video/m4v': 'video/mp4',
	'video/x-m4v': 'video/mp4',
	'video/x-mp4': 'video/mp4',
	'video/mov': 'video/quicktime',
	'video/x-mov': 'video/quicktime',
	'video/x-quicktime': 'video/quicktime',
	'video/x-webm': 'video/webm',
};

/** `text/plain` is what n8n writes where it knows nothing. */
const SAYS_NOTHING = new Set([
	'',
	'*/*',
	'application/binary',
	'application/download',
	'application/force-download',
	'application/octet-stream',
	'application/unknown',
	'application/x-binary',
	'application/x-download',
	'application/x-octet-stream',
	'audio/*',
	'binary/octet-stream',
	'image/*',
	'text/plain',
	'unknown/unknown',
	'video/*',
]);

const inTable = (table: Record<string, string>, key: string): string | undefined =>
	Object.hasOwn(table, key) ? table[key] : undefined;

/**
 * The MIME type of a file under the name that Magnific's upload has for it: the declared one
 * without its parameters where it says something, else by the name's extension; undefined where
 * neither tells.
 */
export const mimeTypeOf = (
	declared: string | undefined,
	fileName: string | undefined,
): string | undefined => {
	const type = (declared ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
	if (!SAYS_NOTHING.has(type)) return inTable(ALIASES, type) ?? type;
	const extension = /\.([a-z0-9]+)$/i.exec((fileName ?? '').trim())?.[1]?.toLowerCase() ?? '';
	return inTable(BY_EXTENSION, extension);
};

/** The usual extension of a MIME type, without the dot; undefined for one not in the table. */
export const extensionOf = (mimeType: string | undefined): string | undefined =>
	Object.entries(BY_EXTENSION).find(([, type]) => type === mimeType)?.[0];
