import { runCommand } from '../command';

export interface ServiceUser {
	/** What a command begins with that is to run as the user; empty where it does anyhow. */
	prefix: string[];
	/** The user that was given; absent where commands run as the user of this process. */
	user?: string;
}

/**
 * For servers that do not run as root, or should not: gives a folder and all in it to a user of the
 * system if this is root, and tells how to run a command as that user.
 */
export async function asServiceUser(user: string, folder: string): Promise<ServiceUser> {
	if (process.getuid?.() !== 0) return { prefix: [] };
	const [uid, gid] = await Promise.all(
		['-u', '-g'].map(async (flag) => (await runCommand('id', [flag, user])).trim()),
	);
	await runCommand('chown', ['-R', `${String(uid)}:${String(gid)}`, folder]);
	return {
		prefix: ['setpriv', `--reuid=${String(uid)}`, `--regid=${String(gid)}`, '--clear-groups', '--'],
		user,
	};
}
