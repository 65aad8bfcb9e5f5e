import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { extensionOf } from './media/sniff';
import { sqid } from './random';

export interface StoredFile {
	id: string;
	origin: 'result' | 'upload';
	contentType: string;
	/** Absent as long as an upload was announced but has not come. */
	bytes: Buffer | undefined;
	createdAt: number;
	/** Epoch ms, real time. */
	expiresAt: number;
}

export type FileAccess = { file: StoredFile; bytes: Buffer } | 'forbidden' | 'expired' | 'missing';

/** Files in memory behind URLs that are signed and expire, as on a CDN. Equal bytes are kept once. */
export class FileStore {
	private readonly secret = randomBytes(32);
	private readonly files = new Map<string, StoredFile>();
	private readonly contents = new Map<string, Buffer>();

	/** @param origin of the URLs without a trailing slash, asked for each since it may change */
	constructor(private readonly origin: () => string) {}

	add(file: {
		origin: StoredFile['origin'];
		contentType: string;
		bytes?: Buffer;
		lifetimeMs: number;
	}): StoredFile {
		const { lifetimeMs, bytes, ...rest } = file;
		const createdAt = Date.now();
		const stored: StoredFile = {
			id: sqid(12),
			...rest,
			bytes: bytes === undefined ? undefined : this.shared(bytes),
			createdAt,
			expiresAt: createdAt + lifetimeMs,
		};
		this.files.set(stored.id, stored);
		return stored;
	}

	fill(file: StoredFile, bytes: Buffer): void {
		file.bytes = this.shared(bytes);
	}

	get(id: string): StoredFile | undefined {
		return this.files.get(id);
	}

	all(): StoredFile[] {
		return [...this.files.values()];
	}

	clear(): void {
		this.files.clear();
		this.contents.clear();
	}

	url(file: StoredFile): string {
		const name = `${file.id}.${extensionOf(file.contentType)}`;
		const token = this.sign(`get ${file.id} ${String(file.expiresAt)}`);
		return `${this.origin()}/files/${name}?expires=${String(file.expiresAt)}&token=${token}`;
	}

	access(id: string, expires: string, token: string): FileAccess {
		if (!this.isSigned(`get ${id} ${expires}`, token)) return 'forbidden';
		if (Number(expires) <= Date.now()) return 'expired';
		const file = this.files.get(id);
		return file?.bytes === undefined ? 'missing' : { file, bytes: file.bytes };
	}

	/** The file behind one of this store's own URLs, without a request. */
	accessUrl(url: string): FileAccess | undefined {
		const { origin, pathname, searchParams } = new URL(url);
		if (!pathname.startsWith('/files/') || origin !== this.origin()) return undefined;
		return this.access(
			fileIdOf(pathname.slice('/files/'.length)),
			searchParams.get('expires') ?? '',
			searchParams.get('token') ?? '',
		);
	}

	sign(content: string): string {
		return createHmac('sha256', this.secret).update(content).digest('hex').slice(0, 32);
	}

	isSigned(content: string, token: string): boolean {
		const expected = Buffer.from(this.sign(content));
		const given = Buffer.from(token);
		return expected.length === given.length && timingSafeEqual(expected, given);
	}

	private shared(bytes: Buffer): Buffer {
		const digest = createHash('sha256').update(bytes).digest('base64');
		const known = this.contents.get(digest);
		if (known !== undefined) return known;
		this.contents.set(digest, bytes);
		return bytes;
	}
}

/** `abc123.png` → `abc123`. */
export function fileIdOf(name: string): string {
	return name.split('.')[0] ?? '';
}
