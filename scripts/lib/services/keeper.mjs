/**
 * Starts a server and ends it when the process that asked for it is gone, however that one ended:
 * its end of the standard input closes even when it was killed. The keeper leads a process group of
 * its own, so that what the server starts ends too.
 *
 * node keeper.mjs <grace in ms> <command> [argument …]
 */
import { spawn } from 'node:child_process';

const [grace, command, ...args] = process.argv.slice(2);
const server = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });
let ending = false;

server.on('error', (error) => {
	console.error(`Could not start ${command}: ${error.message}`);
	killGroup();
});
server.on('exit', killGroup);

process.stdin.on('end', end).on('error', end).resume();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, end);

function end() {
	if (ending) return;
	ending = true;
	server.kill('SIGTERM');
	setTimeout(killGroup, Number(grace));
}

function killGroup() {
	process.kill(-process.pid, 'SIGKILL');
}
