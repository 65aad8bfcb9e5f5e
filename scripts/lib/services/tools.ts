import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { CommandFailed, runCommand } from '../command';
import type { Report } from '../progress';

/** A program that this project uses and npm does not have. */
export interface Tool {
	title: string;
	/** Names under which it may be on the PATH, the best first. */
	commands: readonly string[];
	/** Further folders to look in, for programs that a system keeps off the PATH. */
	folders?: () => readonly string[];
	debianPackage: string;
}

export const CHROMIUM: Tool = {
	title: 'Chromium',
	commands: ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'],
	debianPackage: 'chromium',
};

export const REDIS: Tool = {
	title: 'Redis',
	commands: ['redis-server'],
	debianPackage: 'redis-server',
};

/** By the command that makes a new data folder; `postgres` lies beside it. */
export const POSTGRES: Tool = {
	title: 'PostgreSQL',
	commands: ['initdb'],
	folders: debianPostgresFolders,
	debianPackage: 'postgresql',
};

/** Its folder is on the PATH of root only. */
export const OPENSSH: Tool = {
	title: 'OpenSSH server',
	commands: ['sshd'],
	folders: () => ['/usr/sbin', '/usr/local/sbin'],
	debianPackage: 'openssh-server',
};

/** The one being installed last: apt does one thing at a time. */
let aptTurn: Promise<unknown> = Promise.resolve();

/**
 * Gives the absolute path of a program and installs it with apt where it is missing and that is
 * possible (root on Debian or a system like it).
 *
 * @throws with what to install, where it can't be
 */
export async function provideTool(tool: Tool, report: Report): Promise<string> {
	const there = findTool(tool);
	if (there) return there;
	if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) {
		throw new Error(
			`${tool.title} is needed and not there. Install it so that one of these is on the PATH: ${tool.commands.join(', ')} (on Debian: apt-get install ${tool.debianPackage}).`,
		);
	}
	const turn = aptTurn.then(async () => {
		await installWithApt(tool, report);
	});
	aptTurn = turn.catch(() => undefined);
	await turn;
	const installed = findTool(tool);
	if (installed) return installed;
	throw new Error(
		`apt installed ${tool.debianPackage}, but none of ${tool.commands.join(', ')} is there.`,
	);
}

async function installWithApt(tool: Tool, report: Report): Promise<void> {
	report(`installing ${tool.title} with apt`);
	try {
		await apt(['install', '--yes', '--no-install-recommends', tool.debianPackage]);
	} catch (error) {
		if (!(error instanceof CommandFailed)) throw error;
		report(`updating apt's lists, then installing ${tool.title}`);
		await apt(['update']);
		await apt(['install', '--yes', '--no-install-recommends', tool.debianPackage]);
	}
}

/** Debian keeps each version's server programs in a folder of its own; the newest comes first. */
function debianPostgresFolders(): string[] {
	const versions = '/usr/lib/postgresql';
	if (!existsSync(versions)) return [];
	return readdirSync(versions)
		.sort((a, b) => Number(b) - Number(a))
		.map((version) => join(versions, version, 'bin'));
}

async function apt(args: string[]): Promise<void> {
	await runCommand('apt-get', ['-q', '-o', 'DPkg::Lock::Timeout=600', ...args], {
		env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
	});
}

function findTool({ commands, folders = () => [] }: Tool): string | undefined {
	const path = [...(process.env['PATH'] ?? '').split(delimiter), ...folders()];
	return commands
		.flatMap((command) => path.map((folder) => join(folder, command)))
		.find((file) => isExecutable(file));
}

function isExecutable(file: string): boolean {
	try {
		accessSync(file, constants.X_OK);
		return true;
	} catch {
		return false;
	}
}
